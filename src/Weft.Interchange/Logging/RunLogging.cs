using Microsoft.Extensions.Logging;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Writes what happens in a training to a .NET logger.</summary>
public static partial class RunLogging
{
    /// <summary>
    /// What to give a training as its progress: epochs, begin and end are information, steps and saved checkpoints are details for debugging, and a training
    /// that diverged is an error. Every value is a named property of its log entry.
    /// </summary>
    public static IProgress<RunEvent> ToProgress(this ILogger logger) => new LoggedProgress(logger);

    [LoggerMessage(1, LogLevel.Information, "Training for {Epochs} epochs of {StepsPerEpoch} steps with {Threads} threads")]
    private static partial void Started(ILogger logger, int epochs, int stepsPerEpoch, int threads);

    [LoggerMessage(2, LogLevel.Information, "Going on in epoch {Epoch} of {Epochs} after step {Step} with {Threads} threads")]
    private static partial void Resumed(ILogger logger, int epoch, int epochs, long step, int threads);

    [LoggerMessage(3, LogLevel.Debug, "Step {Step}: loss {Loss}, accuracy {Accuracy}, learning rate {LearningRate}")]
    private static partial void Step(ILogger logger, long step, double loss, double accuracy, double learningRate);

    [LoggerMessage(4, LogLevel.Information,
        "Epoch {Epoch}: training loss {TrainLoss}, validation loss {ValidationLoss}, validation accuracy {ValidationAccuracy}, {Seconds} s, best so far: "
            + "{IsBest}")]
    private static partial void Epoch(
        ILogger logger, int epoch, double trainLoss, double validationLoss, double validationAccuracy, double seconds, bool isBest);

    [LoggerMessage(5, LogLevel.Debug, "Saved {File} after step {Step}")]
    private static partial void Saved(ILogger logger, string file, long step);

    [LoggerMessage(6, LogLevel.Warning, "{Code}: {What}; {Safe}")]
    private static partial void Warned(ILogger logger, string code, string what, string? safe);

    [LoggerMessage(EventId = 7, Message = "Stopped ({Reason}) after epoch {Epoch}, step {Step}: {Detail}")]
    private static partial void Stopped(ILogger logger, LogLevel level, string reason, int epoch, long step, string detail);

    private sealed class LoggedProgress(ILogger logger) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            switch (value)
            {
                case RunStarted started:
                    Started(logger, started.Epochs, started.StepsPerEpoch, started.Threads);
                    break;
                case RunResumed resumed:
                    Resumed(logger, resumed.Epoch, resumed.Epochs, resumed.Step, resumed.Threads);
                    break;
                case StepDone step:
                    Step(logger, step.Step, step.Loss, step.Accuracy, step.LearningRate);
                    break;
                case EpochDone epoch:
                    Epoch(logger, epoch.Epoch, epoch.TrainLoss, epoch.ValidationLoss, epoch.ValidationAccuracy, epoch.Seconds, epoch.IsBest);
                    break;
                case CheckpointSaved saved:
                    Saved(logger, saved.File, saved.Step);
                    break;
                case Warned warned:
                    RunLogging.Warned(logger, warned.Code, warned.What, warned.Safe);
                    break;
                case RunStopped stopped:
                    Stopped(logger, stopped.Reason == StopReasons.Diverged ? LogLevel.Error
                        : LogLevel.Information, stopped.Reason, stopped.Epoch, stopped.Step, stopped.Detail);
                    break;
            }
        }
    }
}
