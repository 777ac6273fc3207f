namespace Weft.Training;

/// <summary>Whether an event says something that can have happened: who reads it need not ask again.</summary>
internal static class RunEventChecks
{
    private const int LargestSide = 1 << 16;

    public static bool IsPossible(RunEvent happened) => happened.Version >= 1 && happened switch
    {
        RunStarted started => IsPlan(started.Epochs, started.StepsPerEpoch),
        RunResumed resumed => IsPlan(resumed.Epochs, resumed.StepsPerEpoch) && IsEpoch(resumed.Epoch) && IsStep(resumed.Step),
        StepDone step => IsEpoch(step.Epoch) && IsStep(step.Step) && RunLimits.IsShare(step.Accuracy) && IsRate(step.ImagesPerSecond),
        EpochDone epoch => MetricsRow.IsPossible(epoch.Epoch, epoch.Step, epoch.TrainAccuracy, epoch.ValidationAccuracy, epoch.Seconds, epoch.ImagesPerSecond),
        CheckpointSaved saved => IsEpoch(saved.Epoch) && IsStep(saved.Step) && RunLimits.IsDuration(saved.EpochSeconds),
        SamplesChosen samples => IsPossible(samples),
        SystemSampled sampled => IsStep(sampled.Step) && sampled.MemoryBytes >= 0 && IsRate(sampled.ImagesPerSecond) && RunLimits.IsShare(sampled.CpuShare)
            && RunLimits.IsShare(sampled.DataWaitShare) && double.IsFinite(sampled.MemoryShare),
        EpochObserved observed => IsPossible(observed),
        RunStopped stopped => IsEpoch(stopped.Epoch) && IsStep(stopped.Step),
        _ => true,
    };

    private static bool IsPossible(SamplesChosen samples) =>
        samples.Height is >= 1 and <= LargestSide && samples.Width is >= 1 and <= LargestSide && samples.Channels is >= 1 and <= 16
        && samples.Labels.Count == samples.Indices.Count && samples.Labels.All(label => label is >= 0 and < RunLimits.Classes)
        && SizeLimit.Product(int.MaxValue, samples.Height, samples.Width, samples.Channels, samples.Indices.Count) == samples.Pixels.Length;

    private static bool IsPossible(EpochObserved observed) =>
        observed.Classes is >= 1 and <= RunLimits.Classes && IsEpoch(observed.Epoch) && IsStep(observed.Step)
        && SizeLimit.Product(int.MaxValue, observed.Classes, observed.Classes) == observed.Confusion.Count && observed.Confusion.All(count => count >= 0)
        && observed.Scores.Bins >= 2 && SizeLimit.Product(int.MaxValue, observed.Scores.Bins, observed.Classes) is var scores
        && observed.Scores.Own.Count == scores && observed.Scores.Other.Count == scores
        && observed.SampleProbabilities.Count % observed.Classes == 0
        && observed.Weights.Concat(observed.Gradients).All(histogram =>
            histogram is { Name: not null, Counts: not null } && histogram.Counts.All(count => count >= 0) && double.IsFinite(histogram.Minimum)
                && double.IsFinite(histogram.Maximum));

    private static bool IsPlan(int epochs, int stepsPerEpoch) => epochs is >= 0 and <= RunLimits.Epochs && stepsPerEpoch is >= 0;

    private static bool IsEpoch(int epoch) => epoch is >= 0 and <= RunLimits.Epochs;

    private static bool IsStep(long step) => step is >= 0 and <= RunLimits.Steps;

    private static bool IsRate(double perSecond) => double.IsFinite(perSecond) && perSecond >= 0;
}
