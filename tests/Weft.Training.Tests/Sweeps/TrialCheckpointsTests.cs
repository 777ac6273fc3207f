using System.Text;

namespace Weft.Training.Tests;

/// <summary>Which checkpoints a sweep gives up, and how.</summary>
public sealed class TrialCheckpointsTests : IDisposable
{
    private static readonly SweepDefinition Definition = new()
    {
        Method = SweepMethod.Random, KeepBest = 2,
        Space = new SearchSpace([new NumericParameter("optimizer.learning_rate", new UniformDistribution(0, 1))]),
    };

    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private static TrialRow Trial(int number, TrialState state, double value) => new(number, ["0.1"])
    {
        State = state, Reports = [new TrialReport(1, value, value, 0.5, true)],
    };

    [Fact]
    public void What_is_given_up_is_never_needed_again_whatever_ends_next()
    {
        var rng = new Rng(3);
        for (var round = 0; round < 50; round++)
        {
            var trials = Enumerable.Range(0, 12).Select(i => Trial(i, TrialState.Running, rng.Derive(round).Int(i, 5))).ToList();
            var before = new HashSet<int>();
            foreach (var number in Enumerable.Range(0, 12).OrderBy(i => rng.Derive(round).Derive(7).Int(i, 1000)))
            {
                trials[number] = trials[number] with { State = (TrialState)(3 + rng.Derive(round).Derive(9).Int(number, 3)) };
                var now = TrialCheckpoints.Superfluous(Definition, new SweepRows(trials, null, false), number => number, []);
                Assert.Superset(before, now.ToHashSet());
                Assert.All(now, trial => Assert.True(trial != 0 && trials[trial].IsOver));
                before = [.. now];
            }

            var best = trials.Where(trial => trial.State == TrialState.Finished).OrderBy(trial => trial.Best!.Value.Value).ThenBy(trial => trial.Number)
                .Take(2).Select(trial => trial.Number);
            Assert.Equal(Enumerable.Range(1, 11).Except(best), before.Order());
        }

        var all = Definition with { KeepBest = null };
        Assert.Empty(TrialCheckpoints.Superfluous(all, new SweepRows([Trial(0, TrialState.Pruned, 1)], null, false), number => number, []));
    }

    [Fact]
    public void A_run_that_is_open_or_somebody_elses_keeps_its_checkpoints()
    {
        var (runs, sweep) = (new RunStore(_temp.In("runs")), new SweepFolder(_temp.In("sweeps/s")));
        RunFolder Run(string name, TrialNote? note)
        {
            var run = new RunFolder(_temp.In($"runs/{name}"));
            Directory.CreateDirectory(run.CheckpointsFolder);
            File.WriteAllText(run.BestCheckpoint, "weights");
            note?.Write(run);
            return run;
        }

        var (open, rung) = (Run("s-0001", new TrialNote("s", 1)), Run("s-0001-e1", new TrialNote("s", 1)));
        var (other, finalist) = (Run("s-0001-0004", new TrialNote("s-0001", 4)), Run("s-0001-x", new TrialNote("s", 1) { IsFinalist = true }));
        using (RunLock.Take(open))
            Assert.False(TrialCheckpoints.Release(runs, sweep, 1));
        Assert.True(File.Exists(open.BestCheckpoint));
        Assert.Null(TrialNote.Released(open));
        Assert.False(File.Exists(rung.BestCheckpoint));
        Assert.True(TrialCheckpoints.Release(runs, sweep, 1));
        Assert.False(File.Exists(open.BestCheckpoint));
        Assert.Equal(ErrorKind.NoValidCheckpoint, TrialNote.Released(open)!.Kind);
        Assert.True(File.Exists(other.BestCheckpoint) && File.Exists(finalist.BestCheckpoint));
        Assert.Equal(2, TrialNote.ConfigurationsTried(open));
        Run("s-0041", null);
        Assert.Equal(42, TrialNote.ConfigurationsTried(finalist));
        Assert.Null(TrialNote.ConfigurationsTried(Run("alone", null)));
    }

    [Theory]
    [InlineData("{\"v\":2,\"sweep\":\"s\",\"trial\":1}", ErrorKind.NewerFormat)]
    [InlineData("{\"v\":1,\"sweep\":\"s\"}", ErrorKind.StoreDamaged)]
    [InlineData("{\"v\":1,\"sweep\":\"s\",\"trial\":-1}", ErrorKind.StoreDamaged)]
    [InlineData("nonsense", ErrorKind.StoreDamaged)]
    public void A_note_that_is_none_is_refused(string text, ErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<WeftException>(() => TrialNote.Parse(Encoding.UTF8.GetBytes(text), "here")).Kind);
}
