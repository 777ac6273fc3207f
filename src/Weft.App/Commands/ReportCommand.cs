using System.CommandLine;
using System.Text;
using Weft.Training;

namespace Weft.App;

internal sealed class ReportCommand : MeasuringVerb
{
    private readonly Argument<string[]> _reports = new("RUN")
    {
        Description = "The runs, checkpoints of them (RUN@best, RUN@last, RUN@EPOCH), or models' .safetensors files. Default: latest.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<string?> _out = new("--out") { Description = "The page. Default: report.html in the (first) run's folder.", HelpName = "FILE" };

    public ReportCommand(Screen screen) : base("report",
        "One HTML page about one run or several: findings, curves, mistakes and their reasons, costs. Analyses first what is not analysed yet.", screen) =>
        Declare(_reports, _out);

    protected override ExitCode Run(ParseResult parse, Measurement measurement, CancellationToken cancellationToken)
    {
        var split = measurement.Split;
        var checkpoints = (parse.GetValue(_reports) is { Length: > 0 } given ? given : ["latest"])
            .Select(measurement.Find).DistinctBy(checkpoint => checkpoint.Path).ToList();
        var page = new ReportBuilder(Screen, split, measurement.Threads, measurement.Open, cancellationToken).Build(checkpoints);
        var file = Path.GetFullPath(parse.GetValue(_out) ?? checkpoints[0].Run.ReportFile);
        using (parse.GetValue(_out) is null ? Take(checkpoints[0].Run) : null)
            ReportBuilder.Write(file, page);
        var bytes = Encoding.UTF8.GetByteCount(page);
        Screen.People.WriteLine(
            $"{Printable.Escape(RunReference.ShortPath(file))}: {checkpoints.Count} {(checkpoints.Count == 1 ? "run" : "runs")}, {Figures.Bytes(bytes)}");
        Screen.WriteJson(new ReportDocument(file, bytes, [.. checkpoints.Select(checkpoint => checkpoint.Run.Path)], split));
        return ExitCode.Done;
    }

    // Only a run's owner writes in its folder.
    private static RunLock Take(RunFolder run)
    {
        try
        {
            return RunLock.Take(run);
        }
        catch (WeftException refused) when (refused.Kind is ErrorKind.IoError or ErrorKind.DiskFull)
        {
            throw refused.With("the analysis is done where it could be stored", new Advice($"weft report {RunReference.For(run)} --out report.html"));
        }
    }
}
