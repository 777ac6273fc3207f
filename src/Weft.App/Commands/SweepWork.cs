using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>A worker of a sweep in this process: claims trials and trains them until nothing is left.</summary>
internal sealed class SweepWork(Screen screen, RunStore runs, int? threads)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPauseOfDatabase = TimeSpan.FromSeconds(10); // so that a thousand idle workers ask a hundred times a second

    private readonly Dictionary<DataConfiguration, ImageDataset> _data = [];

    /// <summary>Called after each change with the rows as they are then.</summary>
    public Action<SweepRows>? Changed { get; init; }

    /// <summary>When it begins no further trial.</summary>
    public CancellationToken BudgetSpent { get; init; }

    /// <summary>Opens the data that a configuration names, once.</summary>
    public ImageDataset Open(DataConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!_data.TryGetValue(configuration, out var data))
        {
            _data.Add(configuration, data = DataSets.Open(configuration, screen, cancellationToken));
            foreach (var note in data.Notes)
                screen.People.WriteLine($"note: {Printable.Escape(note)}");
        }

        return data;
    }

    /// <summary>What a sweep has to be the same in everywhere: the data and the machine's kind.</summary>
    public (string Fingerprint, RunMachine Machine) Identity(ResolvedConfiguration configuration, CancellationToken cancellationToken)
    {
        using var device = Device.Cpu(1);
        return (Open(configuration.Value.Data, cancellationToken).Fingerprint, RunMachine.Here(device));
    }

    /// <summary>This process, as others know it.</summary>
    public static string WorkerName() => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    /// <exception cref="WeftException">As <see cref="SweepWorker.Run"/>.</exception>
    public SweepEnd Run(Sweep sweep, CancellationToken cancellationToken)
    {
        var trials = new TrialTraining(
            sweep.Definition, sweep.Rule.Rungs, sweep.Folder, runs, Configuration, data => Open(data, cancellationToken),
            (configuration, data, run) => Backbones.Begin(configuration, data, run, screen, cancellationToken), CommandLines.OfProcess())
        {
            OriginOf = trial => sweep.Rule.OriginOf(trial.Number, sweep.Store.Read().Trials),
        };
        var worker = new SweepWorker(sweep.Store, sweep.Rule, sweep.Defaults, sweep.Definition.Retries, trials, WorkerName())
        {
            Release = trial => TrialCheckpoints.Release(runs, sweep.Folder, trial),
            Changed = Changed, BudgetSpent = BudgetSpent, LongestPause = sweep.Information.Store is null ? LongestPause : LongestPauseOfDatabase,
        };
        return worker.Run(cancellationToken);

        ResolvedConfiguration Configuration(int trial, IReadOnlyList<string> settings) => threads is { } some
            ? sweep.ConfigurationOf(trial, settings).With(new ConfigurationValue("training.threads", some.ToString(CultureInfo.InvariantCulture), "--threads"))
            : sweep.ConfigurationOf(trial, settings);
    }
}
