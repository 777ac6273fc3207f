using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class CompareCommand : Verb
{
    private readonly Argument<string[]> _names = new("RUN") { Description = "The runs: folders, names, unique prefixes, latest or best. Each has been evaluated on the same images.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _split = new("--split") { Description = "validation or test. Default: test where all runs were evaluated on it, else validation.", HelpName = "SPLIT" };
    private readonly Option<string?> _svg = new("--svg") { Description = "Also write the bar chart to a file.", HelpName = "FILE" };
    private readonly RunsOption _runs = new();

    public CompareCommand(Screen screen) : base("compare", "Accuracy with intervals, cost, and McNemar's test for every pair of runs, from their stored predictions.", screen)
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
            Write(path, AccuracyChart.Svg(bars, $"Accuracy on {split.ToString().ToLowerInvariant()} images"));
        Screen.WriteJson(ToJson(comparison));
        return ExitCode.Done;
    }

    public static JsonObject ToJson(ModelComparison comparison) => new()
    {
        ["split"] = comparison.Split.ToString().ToLowerInvariant(),
        ["groups"] = new JsonArray([.. comparison.Groups.Select(group => new JsonObject
        {
            ["name"] = AccuracyBar.LabelOf(group),
            ["mean_accuracy"] = group.MeanAccuracy,
            ["deviation"] = group.Deviation,
            ["runs"] = new JsonArray([.. group.Runs.Select(run => new JsonObject
            {
                ["run"] = run.Run.Folder.Path,
                ["model"] = run.Run.Information.Model,
                ["seed"] = run.Run.Information.Seed,
                ["checkpoint"] = run.Checkpoint,
                ["tta"] = run.Augmentation.Mirrored,
                ["tta_shift"] = run.Augmentation.Shift,
                ["count"] = run.Predictions.Count,
                ["correct"] = run.Correct,
                ["accuracy"] = run.Accuracy,
                ["accuracy_low"] = run.Interval.Low,
                ["accuracy_high"] = run.Interval.High,
                ["train_seconds"] = run.Trained.TotalSeconds,
                ["parameters"] = run.Run.Information.ParameterCount,
                ["flops_per_image"] = run.Run.Information.FlopsPerImage,
            })]),
        })]),
        ["pairs"] = new JsonArray([.. comparison.Pairs.Select(pair => new JsonObject
        {
            ["first"] = pair.First.Name,
            ["second"] = pair.Second.Name,
            ["only_first"] = pair.Test.OnlyFirst,
            ["only_second"] = pair.Test.OnlySecond,
            ["exact_p"] = pair.Test.Exact,
            ["mid_p"] = pair.Test.MidP,
            ["corrected_p"] = pair.Corrected,
            ["verdict"] = pair.Verdict,
        })]),
    };

    private static EvaluationSplit Split(string? text, IReadOnlyList<RunReader> runs) => text is not null ? SplitOption.Parse(text)
        : runs.All(run => RunResult.Exists(run.Folder, EvaluationSplit.Test)) ? EvaluationSplit.Test : EvaluationSplit.Validation;

    private void Write(string path, string svg)
    {
        OutputFile.Write(path, Encoding.UTF8.GetBytes(svg), "the chart cannot be written", "name another file by --svg");
        Screen.People.WriteLine($"chart written to {Printable.Escape(RunReference.ShortPath(Path.GetFullPath(path)))}");
    }
}
