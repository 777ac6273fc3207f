using System.CommandLine;
using System.Text;
using Weft.Training;

namespace Weft.App;

internal sealed class CompareCommand : Verb
{
    private readonly Argument<string[]> _names = new("RUN")
    {
        Description = "The runs: folders, names, unique prefixes, latest or best. Each has been evaluated on the same images.",
        Arity = ArgumentArity.OneOrMore
    };
    private readonly Option<string?> _split = new("--split")
    { Description = "validation or test. Default: test where all runs were evaluated on it, else validation.", HelpName = "SPLIT" };
    private readonly Option<string?> _svg = new("--svg") { Description = "Also write the bar chart to a file.", HelpName = "FILE" };
    private readonly RunsOption _runs = new();

    public CompareCommand(Screen screen)
        : base("compare", "Accuracy with intervals, cost, and McNemar's test for every pair of runs, from their stored predictions.", screen)
    {
        Arguments.Add(_names);
        foreach (var option in new Option[] { _split, _svg, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var store = _runs.Store(parse);
        var runs = parse.GetValue(_names)!.Select(store.Find).DistinctBy(run => run.Folder.Path).ToList();
        var split = Split(parse.GetValue(_split), runs);
        var comparison = new ModelComparison([.. runs.Select(run => RunResult.Read(run, split))]);
        Screen.People.WriteLine($"{Figures.Count(comparison.Groups[0].First.Predictions.Count)} {split.ToString().ToLowerInvariant()} images");
        foreach (var line in ComparisonTable.Lines(comparison))
            Screen.People.WriteLine(line);
        Screen.People.WriteLine();
        var bars = AccuracyBar.Of(comparison);
        foreach (var line in AccuracyChart.Lines(bars, Screen.Width))
            Screen.People.WriteLine(line);
        if (parse.GetValue(_svg) is { } path)
            Write(path, AccuracyChart.File(bars, $"Accuracy on {split.ToString().ToLowerInvariant()} images"));
        Screen.WriteJson(new ComparisonDocument(comparison));
        return ExitCode.Done;
    }

    private static EvaluationSplit Split(string? text, IReadOnlyList<RunReader> runs) => text is not null ? SplitOption.Parse(text)
        : runs.All(run => RunResult.Exists(run.Folder, EvaluationSplit.Test)) ? EvaluationSplit.Test : EvaluationSplit.Validation;

    private void Write(string path, string svg)
    {
        OutputFile.Write(path, Encoding.UTF8.GetBytes(svg), "the chart cannot be written", new Advice("name another file by --svg"));
        Screen.People.WriteLine($"chart written to {Printable.Escape(RunReference.ShortPath(Path.GetFullPath(path)))}");
    }
}
