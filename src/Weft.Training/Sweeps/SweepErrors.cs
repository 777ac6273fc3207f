using System.Globalization;

namespace Weft.Training;

/// <summary>What every store of a sweep refuses, in the same words.</summary>
internal static class SweepErrors
{
    public static WeftException Superseded(TrialRow trial) => new(ErrorKind.Superseded, $"another worker has trial {trial.Number}")
    {
        Found = trial.Worker, Safe = "what this worker did is in the run's folder; the sweep goes on without it",
    };

    public static WeftException OtherSettings(int number, IReadOnlyList<string> before, IReadOnlyList<string> now, string where) =>
        new(ErrorKind.CheckpointMismatch, $"trial {number} has other settings than this program suggests")
        {
            Where = where, Expected = string.Join(", ", before), Found = string.Join(", ", now), Safe = "nothing was changed",
            Next = new Advice("use the version of the program, and a processor of the kind, that the sweep was begun with"),
        };

    /// <summary>The same epoch of the same trial gave other numbers.</summary>
    public static WeftException OtherBits(TrialRow trial, TrialReport before, TrialReport now, string where) =>
        new(ErrorKind.CheckpointMismatch, $"epoch {now.Epoch} of trial {trial.Number} gave other numbers when it was computed again")
        {
            Where = where, Expected = $"{Numbers(before)}, computed by {before.Worker}", Found = $"{Numbers(now)}, computed by {trial.Worker}",
            Safe = "the sweep is stopped; what was computed before is intact",
            Next = new Advice("find out which of the machines computes wrongly, or otherwise: memory, vectors, version of the program"),
        };

    private static string Numbers(TrialReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"{report.Value:R} (validation loss {report.Loss:R}, accuracy {report.Accuracy:R})");
}
