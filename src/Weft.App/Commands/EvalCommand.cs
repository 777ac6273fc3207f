using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class EvalCommand : MeasuringVerb
{
    private readonly Argument<string> _run = new("RUN")
    { Description = OpenedModel.Description, DefaultValueFactory = _ => "latest" };
    private readonly ViewOptions _views = new();

    private readonly Option<string?> _corrections = new("--corrections")
    {
        Description = "Measure with the labels that this file gives; the images stay in the parts they are in.", HelpName = "FILE",
    };

    private readonly Option<bool> _known = new("--known-classes")
    {
        Description = "Another labelled set: leave out the pictures of classes that the model does not know.",
    };

    public EvalCommand(Screen screen)
        : base("eval", "Metrics and the prediction table of a checkpoint, on its own data or (--data) on another labelled set.", screen) =>
        Declare(_run, [.. _views.All, _corrections, _known]);

    protected override ExitCode Run(ParseResult parse, Measurement measurement, CancellationToken cancellationToken)
    {
        var choice = _views.Of(parse);
        var checkpoint = measurement.Find(parse.GetValue(_run)!);
        using var owned = RunOwnership.TryTake(checkpoint.Run);
        try
        {
            if (measurement.Data is { } given && LabelledSet.CannotBeOwn(given, checkpoint.ReadModel()))
            {
                Other(checkpoint, given, measurement, choice, parse.GetValue(_known), owned, cancellationToken);
                return ExitCode.Done;
            }

            Own(checkpoint, measurement, choice, parse.GetValue(_corrections), owned, cancellationToken);
        }
        catch (WeftException other) when (measurement.Data is { } set && DataSets.IsPath(set)
            && other.Kind is ErrorKind.DatasetMismatch or ErrorKind.InvalidInput && parse.GetValue(_corrections) is null)
        {
            Other(checkpoint, set, measurement, choice, parse.GetValue(_known), owned, cancellationToken);
        }

        return ExitCode.Done;
    }

    private void Own(
        CheckpointReference checkpoint, Measurement measurement, ViewChoice choice, string? corrections, RunOwnership owned,
        CancellationToken cancellationToken)
    {
        var split = measurement.Split;
        using var evaluation = new RunEvaluation(checkpoint, measurement.Open, measurement.Threads,
            new WithData(new EvaluateRun(checkpoint.Run) { Split = split }));
        if (corrections is not null)
            evaluation.Correct(corrections);
        var views = choice.Over(RunViews.Of(evaluation.Model, checkpoint.Run));
        var result = split == EvaluationSplit.Test
            ? evaluation.Test(TestLedger.Of(checkpoint.Run), views, cancellationToken)
            : evaluation.Validation(views, cancellationToken);
        var name = split.ToString().ToLowerInvariant();
        var document = new EvaluationDocument(checkpoint, split, result) { Corrections = corrections is null ? null : Path.GetFullPath(corrections) };
        var folder = owned.Held is { } held ? EvaluationFiles.Write(held, corrections is null ? name : name + "-corrected", document, result) : null;
        Report(document, $"{name} images", result, owned.Describe(folder), folder, evaluation.CorrectionNotes);
    }

    private void Other(
        CheckpointReference checkpoint, string data, Measurement measurement, ViewChoice choice, bool onlyKnown, RunOwnership owned,
        CancellationToken cancellationToken)
    {
        var model = checkpoint.ReadModel();
        var set = LabelledSet.Open(
            data, checkpoint, model, measurement.SplitIsGiven ? measurement.Split : null, onlyKnown, cancellationToken);
        using var evaluated = new EvaluatedModel(model, measurement.Threads, set.Samples.ResidentBytes);
        var result = evaluated.Evaluate(
            set.Samples, set.Samples.Used, choice.Over(RunViews.Of(model, checkpoint.Run)), cancellationToken);
        var document = new EvaluationDocument(checkpoint, measurement.SplitIsGiven ? measurement.Split : EvaluationSplit.All, result) { Data = set.Name };
        var folder = owned.Held is { } held ? EvaluationFiles.Write(held, set.FolderName, document, result, set.Paths) : null;
        Report(document, $"pictures of {Printable.Escape(set.Name)}, which are not the run's own data", result, owned.Describe(folder), folder, set.Notes);
    }

    private void Report(
        EvaluationDocument document, string images, EvaluationResult result, string stored, string? folder, IReadOnlyList<string> notes)
    {
        var views = ViewWords.Of(result.Augmentation);
        foreach (var said in notes)
            Screen.People.WriteLine($"note: {Printable.Escape(said)}");
        Screen.People.WriteLine(
            $"{Printable.Escape(Path.GetFileName(document.Run))}@{document.Checkpoint} on {Figures.Count(result.Count)} {images}"
                + $"{(views.Length > 0 ? ", " : "")}{views}");
        Screen.People.WriteLine(
            $"accuracy {Figures.Percent(result.Accuracy)} (95 %: {Figures.Percent(result.Interval.Low)} to {Figures.Percent(result.Interval.High)}), "
            + $"{Figures.Count(result.Correct)} correct, loss {Figures.Loss(result.Loss)}");
        if (result.AbsenceNote(document.Split) is { } note)
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
        Screen.WriteJson(document with { Folder = folder });
    }
}
