using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class LrFindCommand : StoppableVerb
{
    private const int PictureHeight = 12;

    private readonly ConfigurationOptions _configuration = new();
    private readonly WholeNumber _steps = new("--steps", "Steps to take.", 10, 10_000, 100);
    private readonly Option<string?> _from = new("--from") { Description = "The lowest learning rate. Default: 1e-06.", HelpName = "X" };
    private readonly Option<string?> _to = new("--to") { Description = "The highest. Default: 1.", HelpName = "X" };

    public LrFindCommand(Screen screen)
        : base("lr-find", "Looks for a learning rate: trains a throw-away copy while the rate grows, draws the loss, suggests one. Keeps nothing.", screen)
    {
        _configuration.AddTo(this);
        foreach (var option in new Option[] { _steps, _from, _to })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var configuration = _configuration.Resolve(parse, Screen).Value;
        var usual = new LearningRateSearchOptions();
        var options = new LearningRateSearchOptions
        {
            Steps = _steps.Of(parse), From = Rate(parse, _from, usual.From), To = Rate(parse, _to, usual.To),
        };
        if (options.From >= options.To)
            throw new WeftException(ErrorKind.InvalidInput, "the learning rates leave no room")
            {
                Where = "--from, --to", Expected = "--from below --to",
                Found = $"{Figures.Rate(options.From)} and {Figures.Rate(options.To)}", Safe = "nothing was touched"
            };
        var dataset = DataSets.Open(configuration.Data, Screen, cancellationToken);
        Report(LearningRateSearch.Run(configuration, dataset, options, cancellationToken), configuration);
        return ExitCode.Done;
    }

    private void Report(LearningRateSearchResult result, RunConfiguration configuration)
    {
        foreach (var note in result.Notes)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
        foreach (var line in CurvePicture.Of([.. result.Points.Select(point => (Math.Log10(point.LearningRate), point.Smoothed))],
            Math.Min(Screen.Width, 100), PictureHeight, x => Figures.Rate(Math.Pow(10, x)), Figures.Loss))
            Screen.People.WriteLine(line);
        Screen.People.WriteLine($"smoothed loss over the learning rate, {result.Points.Count} steps" + (result.Exploded ? "; beyond, the loss explodes" : ""));
        Screen.People.WriteLine(result.Suggestion is { } found
            ? $"suggestion {Figures.Rate(found)}, where the loss falls fastest (lowest at {Figures.Rate(result.Lowest)}; now "
                + $"{Figures.Rate(configuration.Optimizer.LearningRate)}): --learning-rate {Figures.Rate(found)}"
            : "no suggestion: the loss falls nowhere. Try more --steps or a lower --from");
        Screen.WriteJson(new LearningRateSearchDocument(
            result.Suggestion, double.IsFinite(result.Lowest) ? result.Lowest : null, result.Exploded,
            [.. result.Points.Select(point => new LearningRateEntry(point.LearningRate, point.Loss, point.Smoothed))]));
    }

    private static double Rate(ParseResult parse, Option<string?> option, double usual)
    {
        if (parse.GetValue(option) is not { } text)
            return usual;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate > 0 && rate <= 1000
            ? rate
            : throw new WeftException(ErrorKind.InvalidInput, $"{option.Name} has a value it cannot have")
            {
                Where = option.Name,
                Expected = "a number in (0, 1000]", Found = $"'{text}'", Safe = "nothing was touched"
            };
    }
}
