using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class PredictMergeCommand : StoppableVerb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "The folder that the parts are in." };
    private readonly Option<string> _out = new("--out") { Description = "The table: .csv or .jsonl.", HelpName = "FILE", Required = true };
    private readonly Option<bool> _skip = PredictCommand.SkipUnreadable();

    public PredictMergeCommand(Screen screen) : base("merge", "Put the parts of a table together.", screen)
    {
        Arguments.Add(_folder);
        Options.Add(_out);
        Options.Add(_skip);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var path = parse.GetValue(_out)!;
        var (rows, failed) = PredictionParts.Merge(parse.GetValue(_folder)!, path, cancellationToken);
        foreach (var line in PredictionOutput.FailureLines(failed))
            Screen.People.WriteLine(line);
        Screen.People.WriteLine($"{Figures.Count(rows)} predictions: {Printable.Escape(path)}");
        Screen.WriteJson(new PredictionTableDocument(path, rows) { Failed = [.. failed.Select(PredictionOutput.EntryOf)] });
        return failed.Count == 0 || parse.GetValue(_skip) ? ExitCode.Done : ExitCodes.For(failed[0].Kind);
    }
}
