using Google.Protobuf.WellKnownTypes;
using Weft.Interchange.WandbWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The records that say what a run is, before it says what happened.</summary>
internal sealed class WandbRecords(TrackedRun run, WandbSettings settings)
{
    private const string Epoch = "epoch";

    public string RunId { get; } = settings.RunId ?? run.Id;

    private RunInformation Information => run.Information;

    public Run Run(SessionBegan session)
    {
        var record = new Run
        {
            RunId = RunId, Entity = settings.Entity, Project = settings.Project, RunGroup = settings.Group, JobType = settings.JobType,
            DisplayName = settings.Name ?? run.Name, Notes = settings.Notes, SweepId = settings.SweepId, Host = session.Machine,
            StartingStep = session.StartRow, StartTime = Time(session), Resumed = session.IsResumed, Runtime = (int)session.Runtime,
            Telemetry = new Telemetry { CliVersion = "weft " + Information.Machine.WeftVersion },
            Config = new Config { Update = { Configuration(session) } },
        };
        record.Tags.Add(settings.Tags.Count > 0 ? settings.Tags : [Information.Model, Information.Data.Name]);
        if (Information.Machine.CodeCommit is { } commit)
            record.Git = new Git { Commit = commit };
        return record;
    }

    public MachineEnvironment Environment(SessionBegan session)
    {
        var machine = Information.Machine;
        var record = new MachineEnvironment
        {
            Os = machine.OperatingSystem, StartedAt = Time(session), Program = Information.CommandLine.FirstOrDefault("weft"), Host = session.Machine,
            CpuCount = (uint)machine.Cores, CpuCountLogical = (uint)machine.Cores, WriterId = RunId,
        };
        record.Args.Add(Information.CommandLine.Skip(1));
        if (machine.CodeCommit is { } commit)
            record.Git = new Git { Commit = commit };
        return record;
    }

    /// <summary>The epoch is the horizontal axis of everything that is told once an epoch.</summary>
    public static IEnumerable<Metric> Metrics()
    {
        yield return new Metric { Name = Epoch, Options = new MetricOptions { Defined = true } };
        foreach (var value in TrackedValues.All.Where(value => value.PerEpoch))
        {
            var metric = new Metric { Name = value.Name, StepMetric = Epoch, Options = new MetricOptions { StepSync = true, Defined = true } };
            if (value.Goal != 0)
            {
                metric.Goal = value.Goal > 0 ? MetricGoal.Maximize : MetricGoal.Minimize;
                metric.Summary = new MetricSummary { Max = value.Goal > 0, Min = value.Goal < 0, Last = true };
            }

            yield return metric;
        }
    }

    public static Timestamp Time(RunMoment moment) => Timestamp.FromDateTimeOffset(moment.Time);

    private IEnumerable<Item> Configuration(SessionBegan session)
    {
        // Each session was planned for a number of epochs of its own, whatever the file says now.
        object? Value((string Key, object? Value) key) => key.Key == "training.epochs" && session.Epochs > 0 ? session.Epochs : key.Value;
        foreach (var key in run.Configuration)
            yield return new Item { NestedKey = { key.Key.Split('.') }, ValueJson = WandbJson.Write(Value(key)) };
        var facts = new (string, object?)[]
        {
            ("run", run.Name), ("recipe", Information.Recipe), ("parameters", Information.ParameterCount), ("train_samples", Information.Data.Train),
            ("validation_samples", Information.Data.Validation), ("classes", Information.Data.Classes), ("data_fingerprint", Information.Data.Fingerprint),
            ("processor", Information.Machine.Processor), ("threads", session.Threads),
            ("vector_bits", Information.Machine.VectorBits), ("runtime", Information.Machine.Runtime),
        };
        foreach (var (key, value) in facts)
            yield return new Item { NestedKey = { "weft", key }, ValueJson = WandbJson.Write(value) };
    }
}
