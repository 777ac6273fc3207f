using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class EvalCommand : Verb
{
    private readonly Argument<string> _run = new("RUN") { Description = "The run, or a checkpoint of it: RUN@best, RUN@last, RUN@EPOCH.", DefaultValueFactory = _ => "latest" };
    private readonly SplitOption _split = new();
    private readonly ViewOptions _views = new();
    private readonly WholeNumber _threads = new("--threads", "Worker threads.", 1, 256, Math.Min(256, Environment.ProcessorCount), "all cores");
    private readonly RunDataOption _data = new();
    private readonly RunsOption _runs = new();

    public EvalCommand(Screen screen) : base("eval", "Metrics and the prediction table of a checkpoint.", screen)
    {
        Arguments.Add(_run);
        foreach (var option in (Option[])[_split, .. _views.All, _data, _threads, _runs])
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var threads = _threads.Of(parse);
        var split = _split.Of(parse);
        var choice = _views.Of(parse);
        var store = _runs.Store(parse);
        var checkpoint = store.FindCheckpoint(parse.GetValue(_run)!);
        using var signals = new StopSignals(_ => { }, _ => { });
        try
        {
            using var owned = RunOwnership.TryTake(checkpoint.Run);
            using var evaluation = new RunEvaluation(checkpoint, _data.Opener(parse, Screen, signals.Token), threads,
                $"weft eval {RunReference.For(checkpoint.Run)}{RunReference.OptionFor(split)} --data DIR");
            var views = choice.Over(RunViews.Of(evaluation.Model, checkpoint.Run));
            var result = split == EvaluationSplit.Test
                ? evaluation.Test(new TestLedger(Path.GetDirectoryName(checkpoint.Run.Path)!), views, signals.Token)
                : evaluation.Validation(views, signals.Token);
            var folder = owned.Held is { } held ? EvaluationFiles.Write(held, checkpoint, split, result) : null;
            Report(checkpoint, split, result, owned.Describe(folder), folder);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (signals.Received is { } signal)
        {
            return signal;
        }
    }

    private void Report(CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result, string stored, string? folder)
    {
        var views = ViewWords.Of(result.Augmentation);
        Screen.People.WriteLine($"{Printable.Escape(checkpoint.Run.Name)}@{checkpoint.Name} on {Figures.Count(result.Count)} {split.ToString().ToLowerInvariant()} images{(views.Length > 0 ? ", " : "")}{views}");
        Screen.People.WriteLine($"accuracy {Figures.Percent(result.Accuracy)} (95 %: {Figures.Percent(result.Interval.Low)} to {Figures.Percent(result.Interval.High)}), "
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
