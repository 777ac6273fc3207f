using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The events of a run that never was: 3 epochs of 100 steps, a second and a half each.</summary>
internal static class FakeTraining
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static IEnumerable<RunEvent> Events(int epochs)
    {
        yield return new RunStarted(42, "here", 2, 3, 100) { Time = Start };
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            yield return Step(epoch, (epoch - 1) * 100 + 50);
            yield return new EpochDone(
                epoch, epoch * 100, 0.5 / epoch, 0.8 + 0.03 * epoch, 0.4 / epoch, epoch == 3 ? 0.85 : 0.82 + 0.05 * epoch, 0.01, 1.5, 8533.3, epoch < 3)
            {
                Time = Start.AddSeconds(1.5 * epoch),
            };
        }
    }

    public static StepDone Step(int epoch, long step) =>
        new(epoch, step, 0.512345, 0.81234, 0.0123, 8533.3) { Time = Start.AddSeconds(step * 0.015) };

    public static TrainingState After(IEnumerable<RunEvent> events, int? patience = null)
    {
        var state = new TrainingState(3, 100, patience, []);
        foreach (var happened in events)
            state.Apply(happened);
        return state;
    }
}
