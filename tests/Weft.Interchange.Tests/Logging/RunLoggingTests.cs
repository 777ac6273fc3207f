using Microsoft.Extensions.Logging;
using Weft.Training;

namespace Weft.Interchange.Tests;

public sealed class RunLoggingTests
{
    [Fact]
    public void Every_event_that_people_follow_has_its_level_and_its_values()
    {
        var logger = new Recorded();
        var progress = logger.ToProgress();
        RunEvent[] events =
        [
            new RunStarted(1, "machine", 2, 3, 40), new RunResumed(1, "machine", 2, 2, 55, 3, 40), new StepDone(1, 10, 0.5, 0.75, 0.1, 900),
            new EpochDone(1, 40, 0.5, 0.75, 0.4, 0.8, 0.1, 12.5, 900, true), new CheckpointSaved("best.safetensors", 1, 40, 0),
            new Warned("disk-full", "the checkpoint was not saved", "training goes on"),
            new RunStopped(StopReasons.Completed, "all 3 epochs are done", 3, 120), new RunStopped(StopReasons.Diverged, "the loss is NaN", 1, 41),
        ];
        foreach (var happened in events)
            progress.Report(happened);
        Assert.Equal(
            [
                LogLevel.Information, LogLevel.Information, LogLevel.Debug, LogLevel.Information, LogLevel.Debug, LogLevel.Warning, LogLevel.Information,
                LogLevel.Error,
            ],
            logger.Entries.Select(entry => entry.Level));
        Assert.Equal("Training for 3 epochs of 40 steps with 2 threads", logger.Entries[0].Text);
        Assert.Contains(logger.Entries[3].Values, value => value is { Key: "ValidationAccuracy", Value: 0.8 });
        Assert.Contains("the loss is NaN", logger.Entries[^1].Text, StringComparison.Ordinal);
    }

    private sealed class Recorded : ILogger
    {
        public List<(LogLevel Level, string Text, IReadOnlyList<KeyValuePair<string, object?>> Values)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, formatter(state, exception), (IReadOnlyList<KeyValuePair<string, object?>>)state!));
    }
}
