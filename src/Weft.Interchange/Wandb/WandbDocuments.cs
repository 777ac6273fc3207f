using System.Text;
using Weft.Interchange.WandbWire;

namespace Weft.Interchange;

/// <summary>The documents of a W&amp;B run that its records add up to: configuration, summary and metadata.</summary>
internal sealed class WandbDocuments
{
    private readonly Dictionary<string, object> _configuration = [];
    private readonly Dictionary<string, object> _summary = [];
    private readonly List<Metric> _metrics = [];
    private MachineEnvironment? _environment;
    private string _cliVersion = "";

    public void Note(Record record)
    {
        switch (record.WhatCase)
        {
            case Record.WhatOneofCase.Run:
                _cliVersion = record.Run.Telemetry.CliVersion;
                PutInto(_configuration, record.Run.Config.Update);
                break;
            case Record.WhatOneofCase.Config:
                PutInto(_configuration, record.Config.Update);
                break;
            case Record.WhatOneofCase.Summary:
                PutInto(_summary, record.Summary.Update);
                break;
            case Record.WhatOneofCase.Environment:
                _environment = record.Environment;
                break;
            case Record.WhatOneofCase.Metric when _metrics.All(metric => metric.Name != record.Metric.Name):
                _metrics.Add(record.Metric);
                break;
        }
    }

    public string Summary() => WandbItems.Write(_summary);

    /// <summary>As a server takes it: every value under "value", and what the client says of itself under "_wandb".</summary>
    public string ServerConfiguration()
    {
        var members = _configuration.Where(member => member.Key != "_wandb").Select(member => (member.Key, Value: Json(member.Value))).ToList();
        members.Add(("_wandb", Own()));
        return "{" + string.Join(',', members.Select(member => $"{WandbJson.Write(member.Key)}:{{\"value\":{member.Value}}}")) + "}";
    }

    public string Metadata() => _environment is null ? "{}" : WandbJson.Write(WandbItems.Object(
        ("os", _environment.Os), ("startedAt", _environment.StartedAt.ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ")),
        ("program", _environment.Program),
        ("args", _environment.Args.ToArray()), ("host", _environment.Host), ("cpu_count", _environment.CpuCount),
        ("cpu_count_logical", _environment.CpuCountLogical),
        ("git", WandbItems.Object(("commit", _environment.Git?.Commit)))));

    /// <summary>For people who look into the folder.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files()
    {
        var yaml = string.Concat(_configuration.Select(member => $"{WandbJson.Write(member.Key)}:\n    value: {Json(member.Value)}\n")); // JSON is YAML too
        yield return ("config.yaml", Encoding.UTF8.GetBytes(yaml));
        yield return ("wandb-summary.json", Encoding.UTF8.GetBytes(Summary()));
        yield return ("wandb-metadata.json", Encoding.UTF8.GetBytes(Metadata()));
    }

    // Protobufs go as maps from field number to value; one that holds only flags goes as the list of the numbers that are set.
    private string Own()
    {
        var metrics = _metrics.Select(metric =>
        {
            var entry = WandbItems.Object(("1", metric.Name));
            if (_metrics.FindIndex(other => other.Name == metric.StepMetric) is var axis and >= 0)
                entry.Add("5", axis + 1);
            entry.Add("6", Numbers((1, metric.Options.StepSync), (2, metric.Options.Hidden), (3, metric.Options.Defined)));
            if (metric.Summary is { } summary)
                entry.Add("7", Numbers((1, summary.Min), (2, summary.Max), (5, summary.Last)));
            if (metric.Goal != MetricGoal.Unset)
                entry.Add("8", (int)metric.Goal);
            return entry;
        });
        var own = _configuration.GetValueOrDefault("_wandb") is Dictionary<string, object> given ? new Dictionary<string, object>(given) : [];
        own["cli_version"] = WandbJson.Write(_cliVersion);
        own["t"] = WandbJson.Write(WandbItems.Object(("5", _cliVersion)));
        own["m"] = WandbJson.Write(metrics.ToArray());
        if (_environment is { } environment)
            own["e"] = $"{{{WandbJson.Write(environment.WriterId)}:{Metadata()}}}";
        return WandbItems.Write(own);
    }

    private static int[] Numbers(params ReadOnlySpan<(int Number, bool IsSet)> flags)
    {
        var set = new List<int>();
        foreach (var (number, isSet) in flags)
            if (isSet)
                set.Add(number);
        return [.. set];
    }

    private static string Json(object value) => value is Dictionary<string, object> members ? WandbItems.Write(members) : (string)value;

    private static void PutInto(Dictionary<string, object> tree, IEnumerable<Item> items)
    {
        foreach (var item in items)
            WandbItems.PutInto(tree, item);
    }
}
