using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class DataReviewCommand : StoppableVerb
{
    private const string UsualName = "labels.corrections.csv";

    private readonly Argument<string> _suspects = new("SUSPECTS")
    { Description = "A run that was analysed, or the suspects.csv of an analysis.", DefaultValueFactory = _ => "latest" };
    private readonly Option<string?> _out = new("--out")
    {
        Description = $"The file that decisions are added to. Default: {UsualName}, next to the pictures of your own, else in this folder.", HelpName = "FILE",
    };

    private readonly WholeNumber _first = new("--first", "So many pictures at most, the most suspect ones.", 1, 100_000, 500);
    private readonly WholeNumber _port = new("--port", "The port to listen on; 0: any that is free.", 0, 65535, 0);
    private readonly RunDataOption _data = new();
    private readonly RunsOption _runs = new();

    public DataReviewCommand(Screen screen)
        : base("review", "Shows suspect labels in a browser, one by one; each decision is a line of a corrections file. Only this machine can see it.", screen)
    {
        Arguments.Add(_suspects);
        foreach (var option in new Option[] { _out, _first, _data, _port, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var store = _runs.Store(parse);
        var (run, file) = Find(store, parse.GetValue(_suspects)!);
        var configuration = RunChecks.Configuration(run).Value.Data;
        var data = _data.Opener(parse, Screen, cancellationToken)(configuration);
        var items = SuspectsFile.Read(file, data, _first.Of(parse));
        var given = parse.GetValue(_data);
        var place = given is null ? configuration.Folder : DataSets.In(configuration, given).Folder;
        var review = new LabelReview(data, items, parse.GetValue(_out) ?? Path.Combine(Beside(place), UsualName), Environment.UserName);
        var options = new StudioOptions
        {
            Runs = store.Folder, ShownRuns = RunReference.ShortPath(store.Folder), Port = _port.Of(parse), Review = review,
        };
        var code = ServedWeb.Run(Screen, "studio", failed => StudioServer.Start(options with { Failed = failed }), address =>
        {
            var page = new Uri(address, "/review").ToString();
            Screen.People.WriteLine(
                $"review  {page}   (this machine only; {Figures.Count(items.Count)} pictures, {Figures.Count(review.Decided)} decided, Ctrl-C ends it)");
            Screen.People.WriteLine($"decisions are added to {Printable.Escape(RunReference.ShortPath(review.File))}");
            Screen.People.Flush();
            Screen.WriteJson(new ReviewDocument(page, file, review.File, items.Count, review.Decided));
        });
        Screen.People.WriteLine($"{Figures.Count(review.Decided)} of {Figures.Count(items.Count)} pictures are decided");
        if (review.Decided > 0)
        {
            var next = new RetrainWith(run, [new ConfigurationValue("data.corrections", RunReference.ShortPath(review.File), "review")]);
            Screen.People.WriteLine($"next: {CommandText.For(next)}");
        }

        return code;
    }

    // A run's table, or a table and the run in whose folder it lies.
    private static (RunFolder Run, string File) Find(RunStore store, string argument)
    {
        if (File.Exists(argument))
        {
            var folder = Path.GetFullPath(Path.Combine(argument, "..", "..", "..", ".."));
            return (store.Find(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Folder, Path.GetFullPath(argument));
        }

        var run = store.Find(argument).Folder;
        var analysis = AnalysisFiles.Folder(run, EvaluationSplit.Validation);
        string[] files = [Path.Combine(analysis, AnalysisFiles.TrainingSuspectsName), Path.Combine(analysis, AnalysisFiles.SuspectsName)];
        return (run, files.FirstOrDefault(RegularFile.Exists) ?? throw new WeftException(ErrorKind.InvalidInput, $"the run {run.Name} was not analysed yet")
        {
            Where = analysis, Expected = AnalysisFiles.SuspectsName, Found = "nothing", Safe = "nothing was started",
            Next = new AnalyzeRun(run, EvaluationSplit.Validation),
        });
    }

    private static string Beside(string? place) => place is null ? "." : Directory.Exists(place) ? place : Path.GetDirectoryName(Path.GetFullPath(place))!;
}
