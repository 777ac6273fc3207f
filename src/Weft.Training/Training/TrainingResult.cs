namespace Weft.Training;

/// <summary>How a training ended, and the model that came out of it.</summary>
/// <param name="Run">Null where the training left nothing on disk.</param>
/// <param name="NetworkName">The name in the network's description.</param>
/// <param name="Epochs">How many were finished.</param>
/// <param name="Steps">How many were done in all.</param>
/// <param name="Best">Null when no epoch was finished.</param>
/// <param name="TrainTime">The time of the whole run, validation and earlier processes included.</param>
/// <param name="ImagesPerSecond">Trained, over the run's time without validation; 0 when nothing was trained.</param>
/// <param name="StopReason">See <see cref="StopReasons"/>.</param>
/// <param name="StopDetail">A sentence that people read.</param>
public sealed record TrainingResult(
    RunFolder? Run, string NetworkName, long Seed, int Epochs, long Steps, BestEpoch? Best, TimeSpan TrainTime,
    double ImagesPerSecond, string StopReason, string StopDetail)
{
    private readonly Lazy<TrainedModel>? _model;

    /// <summary>What was measured in each epoch, earlier processes of the run included.</summary>
    public IReadOnlyList<MetricsRow> History { get; init; } = [];

    /// <summary>The model after the best epoch, or as it was left where no epoch was finished. It is read when it is asked for.</summary>
    /// <exception cref="WeftException">The run's checkpoint is damaged or gone.</exception>
    public TrainedModel Model => _model!.Value;

    internal Func<TrainedModel> ReadModel
    {
        init => _model = new Lazy<TrainedModel>(value);
    }
}
