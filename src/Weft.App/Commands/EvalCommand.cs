using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class EvalCommand : MeasuringVerb
{
    private readonly Argument<string> _run = new("RUN")
    { Description = "The run, or a checkpoint of it: RUN@best, RUN@last, RUN@EPOCH.", DefaultValueFactory = _ => "latest" };
    private readonly ViewOptions _views = new();

    public EvalCommand(Screen screen) : base("eval", "Metrics and the prediction table of a checkpoint.", screen) =>
        Declare(_run, _views.All);

    protected override ExitCode Run(ParseResult parse, Measurement measurement, CancellationToken cancellationToken)
    {
        var choice = _views.Of(parse);
        var split = measurement.Split;
        var checkpoint = measurement.Store.FindCheckpoint(parse.GetValue(_run)!);
        using var owned = RunOwnership.TryTake(checkpoint.Run);
        using var evaluation = new RunEvaluation(checkpoint, measurement.Open, measurement.Threads,
            new WithData(new EvaluateRun(checkpoint.Run) { Split = split }));
        var views = choice.Over(RunViews.Of(evaluation.Model, checkpoint.Run));
        var result = split == EvaluationSplit.Test
            ? evaluation.Test(TestLedger.Of(checkpoint.Run), views, cancellationToken)
            : evaluation.Validation(views, cancellationToken);
        var folder = owned.Held is { } held ? EvaluationFiles.Write(held, checkpoint, split, result) : null;
        Report(checkpoint, split, result, owned.Describe(folder), folder);
        return ExitCode.Done;
    }

    private void Report(CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result, string stored, string? folder)
    {
        var views = ViewWords.Of(result.Augmentation);
        Screen.People.WriteLine(
            $"{Printable.Escape(checkpoint.Run.Name)}@{checkpoint.Name} on {Figures.Count(result.Count)} {split.ToString().ToLowerInvariant()} "
                + $"images{(views.Length > 0 ? ", " : "")}{views}");
        Screen.People.WriteLine(
            $"accuracy {Figures.Percent(result.Accuracy)} (95 %: {Figures.Percent(result.Interval.Low)} to {Figures.Percent(result.Interval.High)}), "
            + $"{Figures.Count(result.Correct)} correct, loss {Figures.Loss(result.Loss)}");
        if (result.AbsenceNote(split) is { } note)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
        var width = Math.Max(5, result.Classes.Max(name => Printable.Escape(name).Length));
        Screen.People.WriteLine($"{"class".PadRight(width)}  {"recall",9}  {"precision",9}  most often taken for");
        foreach (var c in result.PerClass)
        {
            var other = Enumerable.Range(0, result.Classes.Count).Where(k => k != c.Index).MaxBy(k => result.Confusion(c.Index, k));
            var mistaken = result.Confusion(c.Index, other) is var times and > 0 ? $"{Printable.Escape(result.Classes[other])} ({times})" : "–";
            Screen.People.WriteLine($"{Printable.Escape(c.Name).PadRight(width)}  {Figures.Percent(c.Recall),9}  {Figures.Percent(c.Precision),9}  {mistaken}");
        }
        Screen.People.WriteLine(stored);
        Screen.WriteJson(new EvaluationDocument(checkpoint, split, result) { Folder = folder });
    }
}
