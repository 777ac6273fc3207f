using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class RunsShowCommand : Verb
{
    private readonly RunsOption _runs;
    private readonly RunArgument _run = new("The run to show.", optional: true);

    public RunsShowCommand(Screen screen, RunsOption runs) : base("show", "One run: what it is, its epochs, its checkpoints.", screen)
    {
        _runs = runs;
        Arguments.Add(_run);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var summary = new RunSummary(_runs.Store(parse).Find(parse.GetValue(_run)!));
        foreach (var (name, value) in Facts(summary))
            Screen.People.WriteLine($"{name,-10}  {Printable.Escape(value)}");
        if (summary.Damage is { } damage)
            Screen.People.WriteLine($"{"damaged",-10}  {damage}");
        WriteEpochs(summary);
        var checkpoints = Checkpoints(summary.Run.Folder);
        Screen.People.WriteLine(
            checkpoints.Count == 0 && summary.IsReleased
                ? "its checkpoints were deleted, for its sweep keeps those of the best trials; again: "
                    + CommandText.For(new RetrainWith(summary.Run.Folder, []))
                : checkpoints.Count == 0 ? "no checkpoint yet" : "checkpoints  " + string.Join(", ", checkpoints.Select(name => $"{summary.Name}@{name}")));

        Screen.WriteJson(summary.ToDocument() with { Checkpoints = checkpoints });
        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Facts(RunSummary summary)
    {
        var information = summary.Run.Information;
        var data = information.Data;
        yield return ("run", summary.Run.Folder.Path);
        yield return ("state", summary.State + (summary.Stopped is { Detail.Length: > 0 } stopped ? $": {stopped.Detail}" : ""));
        yield return ("model", $"{information.Model}, {Figures.Count(information.ParameterCount)} parameters, seed {information.Seed}"
            + (information.Recipe is { } recipe ? $", recipe {recipe}" : ""));
        yield return (
            "data",
            $"{data.Name}, {Figures.Count(data.Train)} train, {Figures.Count(data.Validation)} validation, "
            + $"{data.Fingerprint[..Math.Min(12, data.Fingerprint.Length)]}");
        yield return ("machine",
            $"{information.Machine.Processor}, {information.Machine.Threads} threads, {information.Machine.VectorBits}-bit vectors, weft "
                + $"{information.Machine.WeftVersion}");
        yield return ("command", string.Join(' ', information.CommandLine));
    }

    private void WriteEpochs(RunSummary summary)
    {
        var width = Screen.PeopleHaveTerminal ? Screen.Width : EpochTable.Wide;
        Screen.People.WriteLine(EpochTable.Header(width));
        foreach (var row in summary.Rows)
            Screen.People.WriteLine(EpochTable.Row(EpochDone.Of(row, isBest: row.Epoch == summary.Best?.Epoch), width));
    }

    private static List<string> Checkpoints(RunFolder folder) => PathKinds.Of(folder.CheckpointsFolder) != PathKind.Folder ? [] :
    [
        .. Directory.EnumerateFiles(folder.CheckpointsFolder, "*.safetensors").Select(path => Path.GetFileNameWithoutExtension(path)!)
            .Where(name => !name.Contains('.'))
                .Select(name => name.StartsWith("epoch-", StringComparison.Ordinal) ? name["epoch-".Length..].TrimStart('0') : name)
            .Order(StringComparer.Ordinal),
    ];
}
