namespace Weft.Training;

/// <summary>How a training ended.</summary>
/// <param name="Epochs">Finished.</param>
/// <param name="Steps">Done in all.</param>
/// <param name="Best">Null when no epoch was finished.</param>
/// <param name="TrainTime">Of the whole run, validation and earlier processes included.</param>
/// <param name="ImagesPerSecond">Trained, over the run's time without validation; 0 when nothing was trained.</param>
/// <param name="StopReason">See <see cref="StopReasons"/>.</param>
/// <param name="StopDetail">For people.</param>
public sealed record TrainingResult(
    RunFolder Run, string Model, long Seed, int Epochs, long Steps, BestEpoch? Best, TimeSpan TrainTime, double ImagesPerSecond, string StopReason, string StopDetail);
