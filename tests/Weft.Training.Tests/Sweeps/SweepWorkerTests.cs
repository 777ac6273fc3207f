using System.Collections.Concurrent;

namespace Weft.Training.Tests;

/// <summary>The same sweep, for any number of workers, however they are killed.</summary>
public sealed class SweepWorkerTests : IDisposable
{
    private const int Epochs = 9;
    private const int Parallel = 4;

    private static readonly SearchSpace Space = new([
        new NumericParameter("optimizer.learning_rate", new UniformDistribution(0, 1)),
        new NumericParameter("optimizer.momentum", new UniformDistribution(0, 1))]);

    private static readonly SweepDefinition Definition = new() { Method = SweepMethod.Random, Space = Space, RunCap = 40, Pruner = new BestThird() };

    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private SweepFolder Folder(string name) => new(Directory.CreateDirectory(Path.Combine(_temp.Path, name)).FullName);

    private static SweepRule Rule(SweepDefinition definition) => new(definition, new SensitiveMethod(Space, 7), Parallel, Epochs);

    private static SweepWorker Worker(
        ISweepStore store, SweepDefinition definition, string name, SyntheticTrials? trials = null, CancellationToken budget = default) =>
        new(store, Rule(definition), ["0.5", "0.5"], retries: 3, trials ?? new SyntheticTrials(Epochs), name) { BudgetSpent = budget };

    private static string Csv(SweepDefinition definition, ISweepStore store) => new SweepTable(definition, store.Read()).ToCsv();

    private string Serial(SweepDefinition definition)
    {
        using var store = new FolderSweepStore(Folder($"serial-{Guid.NewGuid()}"));
        Assert.Equal(SweepEnd.Complete, Worker(store, definition, "only:1").Run(default));
        return Csv(definition, store);
    }

    [Fact]
    public void A_serial_sweep_prunes_some_finishes_some_and_counts_the_default()
    {
        var rows = Serial(Definition).Split('\n')[1..^1];
        Assert.Equal(40, rows.Length);
        Assert.StartsWith("0,finished,9,", rows[0]);
        Assert.EndsWith(",0.5,0.5", rows[0]);
        Assert.InRange(rows.Count(row => row.Contains(",pruned,1,")), 3, 35);
        Assert.InRange(rows.Count(row => row.Contains(",pruned,3,")), 1, 35);
        Assert.InRange(rows.Count(row => row.Contains(",finished,9,")), 3, 30);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Any_number_of_workers_makes_the_same_table(int workers)
    {
        var folder = Folder("many");
        await Task.WhenAll(Enumerable.Range(0, workers).Select(i => Task.Run(() =>
        {
            using var store = new FolderSweepStore(folder);
            var trials = new SyntheticTrials(Epochs) { BeforeEpoch = (_, _) => Thread.Yield() };
            Assert.Equal(SweepEnd.Complete, Worker(store, Definition, $"w:{i}", trials).Run(default));
        })));
        using var after = new FolderSweepStore(folder);
        Assert.Equal(Serial(Definition), Csv(Definition, after));
    }

    [Fact]
    public async Task Killed_workers_change_nothing()
    {
        var folder = Folder("killed");
        var kills = 0;
        var killed = new ConcurrentDictionary<(int Trial, int Epoch), bool>();
        var rng = new Rng(11);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Task.Run(() =>
        {
            for (var life = 0; ; life++)
            {
                var store = new FolderSweepStore(folder);
                try
                {
                    // One epoch in eight is the last of its worker, once.
                    var trials = new SyntheticTrials(Epochs)
                    {
                        BeforeEpoch = (trial, epoch) =>
                        {
                            if (rng.Derive(trial).Int(epoch, 8) == 0 && killed.TryAdd((trial, epoch), true))
                            {
                                store.Dispose(); // as a killed process: its locks are gone, and it writes nothing more
                                Interlocked.Increment(ref kills);
                                throw new KilledException();
                            }
                        },
                    };
                    Worker(store, Definition, $"w:{i}.{life}", trials).Run(default);
                    return;
                }
                catch (Exception dead) when (dead is KilledException or ObjectDisposedException)
                {
                    // the next life
                }
                finally
                {
                    store.Dispose();
                }
            }
        })));
        Assert.InRange(kills, 10, 400);
        using var after = new FolderSweepStore(folder);
        Assert.Equal(Serial(Definition), Csv(Definition, after));
        Assert.All(after.Read().Trials, trial => Assert.Equal(Enumerable.Range(1, trial.Epochs), trial.Reports.Select(report => report.Epoch)));
    }

    [Fact]
    public void A_sweep_that_is_longer_begins_as_the_shorter_one()
    {
        var longer = Serial(Definition with { RunCap = 50 });
        Assert.StartsWith(Serial(Definition), longer);
        Assert.Equal(51, longer.Split('\n').Length - 1);
    }

    [Fact]
    public void A_target_ends_the_sweep_at_the_same_trial_for_any_number_of_workers()
    {
        var definition = Definition with { Target = 0.45, RunCap = 200 };
        var serial = Serial(definition);
        var trials = serial.Split('\n').Length - 2;
        Assert.InRange(trials, 5, 150);
        var folder = Folder("target");
        Parallel_(3, i =>
        {
            using var store = new FolderSweepStore(folder);
            Worker(store, definition, $"w:{i}").Run(default);
        });
        using var after = new FolderSweepStore(folder);
        Assert.Equal(serial, Csv(definition, after));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void After_the_same_few_epochs_for_all_the_best_go_on_for_any_number_of_workers(int workers)
    {
        var definition = Definition with { Pruner = new EpochPruner(2, Keep: 3), KeepBest = 2 };
        var released = new ConcurrentDictionary<int, bool>();
        var folder = Folder("constant");
        var lives = 0;
        Parallel_(workers, i =>
        {
            // Each worker is stopped after every 30 epochs and comes again.
            for (var end = SweepEnd.Stopped; end != SweepEnd.Complete;)
            {
                var (budget, epochs) = (new CancellationTokenSource(), 0);
                using var store = new FolderSweepStore(folder);
                var trials = new SyntheticTrials(Epochs) { BeforeEpoch = (_, _) => { if (++epochs == 30) budget.Cancel(); } };
                var worker = new SweepWorker(store, Rule(definition), ["0.5", "0.5"], retries: 3, trials, $"w:{i}.{Interlocked.Increment(ref lives)}")
                {
                    BudgetSpent = budget.Token, Release = trial => released.TryAdd(trial, true) || true,
                };
                end = worker.Run(default);
            }
        });
        using var after = new FolderSweepStore(folder);
        Assert.Equal(Serial(definition), Csv(definition, after));
        var (rows, rule) = (after.Read().Trials, Rule(definition));
        Assert.Equal(43, rows.Count);
        Assert.All(rows.Take(40), trial => Assert.Equal((TrialState.Pruned, 2), (trial.State, trial.Epochs)));
        Assert.All(rows.Skip(40), trial => Assert.Equal((TrialState.Finished, Epochs), (trial.State, trial.Epochs)));
        int[] best = [.. rows.Take(40).OrderBy(trial => trial.Reports[^1].Value).Take(3).Select(trial => trial.Number).Order()];
        Assert.Equal(best, rows.Skip(40).Select(trial => rule.OriginOf(trial.Number, rows)));
        Assert.All(rows.Skip(40).Zip(best), pair => Assert.Equal(rows[pair.Second].Settings, pair.First.Settings));
        Assert.Equal(40 * 2 + 3 * (Epochs - 2), new SweepTable(definition, after.Read()).Epochs);
        Assert.Equal(43, rule.CapOf(after.Read()));

        // The two best of the three keep their checkpoints, and the default.
        var kept = new SweepTable(definition, after.Read()).Ranked().Take(2).Select(trial => rule.OriginOf(trial.Number, rows)).Append(0);
        Assert.Equal(Enumerable.Range(0, 40).Except(kept), released.Keys.Order());
    }

    [Fact]
    public void A_flipped_bit_stops_the_sweep()
    {
        var folder = Folder("flipped");
        using var store = new FolderSweepStore(folder);
        var stop = new CancellationTokenSource();
        var trials = new SyntheticTrials(Epochs)
        {
            BeforeEpoch = (trial, epoch) =>
            {
                if ((trial, epoch) == (5, 3))
                    stop.Cancel();
            },
        };
        Assert.Equal(SweepEnd.Interrupted, Worker(store, Definition, "good:1", trials).Run(stop.Token));
        var bad = new SyntheticTrials(Epochs)
        {
            Change = (trial, epoch, value) => (trial, epoch) == (5, 2) ? BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(value) ^ 1) : value,
        };
        var found = Assert.Throws<WeftException>(() => Worker(store, Definition, "bad:2", bad).Run(default));
        Assert.Equal(ErrorKind.CheckpointMismatch, found.Kind);
        Assert.Equal(SweepEnd.Stopped, Worker(store, Definition, "good:1").Run(default));
    }

    [Fact]
    public void A_trial_that_never_gets_further_is_given_up_and_the_rest_is_done()
    {
        var folder = Folder("poison");
        using var store = new FolderSweepStore(folder);
        var attempts = 0;
        var trials = new SyntheticTrials(Epochs)
        {
            BeforeEpoch = (trial, epoch) =>
            {
                if ((trial, epoch) != (4, 2))
                    return;
                attempts++;
                throw new WeftException(ErrorKind.OutOfMemory, "memory ran out");
            },
        };
        Assert.Equal(SweepEnd.Complete, Worker(store, Definition, "w:1", trials).Run(default));
        var rows = store.Read().Trials;
        Assert.Equal((TrialState.Failed, "memory ran out", 4), (rows[4].State, rows[4].Reason, attempts)); // the first brought epoch 1
        Assert.Equal(39, rows.Count(trial => trial.State != TrialState.Failed));
    }

    [Fact]
    public void A_spent_budget_leaves_a_sweep_that_goes_on_to_the_same_table()
    {
        var folder = Folder("budget");
        for (var turn = 0; ; turn++)
        {
            using var store = new FolderSweepStore(folder);
            var budget = new CancellationTokenSource();
            var epochs = 0;
            var trials = new SyntheticTrials(Epochs)
            {
                BeforeEpoch = (_, _) =>
                {
                    if (++epochs == 25)
                        budget.Cancel();
                },
            };
            var end = Worker(store, Definition, $"w:{turn}", trials, budget.Token).Run(default);
            if (end == SweepEnd.Complete)
            {
                Assert.InRange(turn, 3, 100);
                Assert.Equal(Serial(Definition), Csv(Definition, store));
                return;
            }

            Assert.Equal(SweepEnd.Stopped, end);
        }
    }

    [Fact]
    public void What_a_trial_sees_follows_from_numbers_and_not_from_what_is_there()
    {
        var rule = Rule(Definition); // L = 5, 10, 20 for the rungs 1 and 3 and the end
        TrialRow Over(int number) => new(number, ["0.1", "0.1"])
        {
            State = TrialState.Finished, Reports = [.. Enumerable.Range(1, Epochs).Select(epoch => new TrialReport(epoch, 10 - epoch, 1, 0.5, true))],
        };
        var all = Enumerable.Range(0, 20).Select(Over).ToList();
        var seen = rule.Seen(20, all);
        Assert.Equal((SeenState.Finished, 1.0, 9), (seen[0].State, seen[0].Value, seen[0].Epochs));
        Assert.Equal((SeenState.Pruned, 7.0, 3), (seen[1].State, seen[1].Value, seen[1].Epochs));
        Assert.Equal((SeenState.Pruned, 7.0, 3), (seen[10].State, seen[10].Value, seen[10].Epochs));
        Assert.Equal((SeenState.Pruned, 9.0, 1), (seen[11].State, seen[11].Value, seen[11].Epochs));
        Assert.Equal(SeenState.Pruned, seen[15].State);
        Assert.Equal((SeenState.Running, 0), (seen[16].State, seen[16].Epochs));
        Assert.True(double.IsNaN(seen[16].Value));
        Assert.True(rule.MayBegin(20, all));
        all[0] = all[0] with { State = TrialState.Running };
        Assert.False(rule.MayBegin(20, all));
        Assert.True(rule.MayBegin(19, all));
        all[19] = new TrialRow(19, ["0.1", "0.1"]);
        Assert.True(rule.MayBegin(19, all));
    }

    private static void Parallel_(int count, Action<int> work) => Task.WaitAll([.. Enumerable.Range(0, count).Select(i => Task.Run(() => work(i)))]);

    private sealed class KilledException : Exception;
}
