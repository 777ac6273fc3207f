using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

/// <summary>How a hand-over to another tool went, for people and as JSON.</summary>
internal static class TrackingLines
{
    public static IEnumerable<string> Of(TrackingReport report, string run)
    {
        var name = report.Target.Name();
        foreach (var notice in report.Notices)
            yield return $"note: {name}: {Printable.Escape(notice)}";
        if (report.Problem is { } problem)
        {
            yield return $"warning[{ExitCodes.For(problem.Kind).Name()}]: {name}: "
                + $"{Printable.Escape(problem.What)}{(problem.Found is { } found ? $" ({Printable.Escape(found)})" : "")}";
            yield return $"  nothing is lost; hand over the rest: weft track {run} --to {name} --continue";
            yield break;
        }

        if (report.Where.Length == 0)
            yield break;
        var where = Printable.Escape(report.Where.Contains("://") ? report.Where : RunReference.ShortPath(report.Where));
        var next = report switch
        {
            { IsComplete: false } => $"; being trained, go on later with: weft track {run} --to {name} --continue",
            { Target: TrackingTarget.Wandb } when !report.Where.Contains("://") => $"; send it: wandb sync {where}",
            { Target: TrackingTarget.TensorBoard } =>
                $"; look at it: tensorboard --logdir {Printable.Escape(RunReference.ShortPath(Path.GetDirectoryName(report.Where)!))}",
            _ => "",
        };
        yield return $"{name,-11}  {where}{next}";
    }
}
