namespace Weft.Training.Tests;

/// <summary>What every store of sweeps has to do, whatever it stands on.</summary>
public abstract class SweepStoreContract : IDisposable
{
    private readonly List<ISweepStore> _open = [];

    /// <summary>A further door to the same rows, as another process would have it.</summary>
    internal abstract ISweepStore Open();

    /// <summary>Ends what another process had, as if it was killed.</summary>
    internal abstract void Kill(ISweepStore store);

    internal ISweepStore Store()
    {
        var store = Open();
        _open.Add(store);
        return store;
    }

    public virtual void Dispose()
    {
        foreach (var store in _open)
            store.Dispose();
        GC.SuppressFinalize(this);
    }

    private static TrialReport At(int epoch, double value, bool isBest = true) => new(epoch, value, value / 3, 0.1 + 0.2, isBest);

    [Fact]
    public void Rows_are_what_was_written_to_the_last_bit()
    {
        var (a, b) = (Store(), Store());
        a.Propose(0, ["0.1", "sgd, with \"quotes\"\nand lines"]);
        var claim = a.Claim("one:1")!;
        Assert.Equal((0, 1, 1), (claim.Number, claim.Attempt, claim.Tries));
        foreach (var (epoch, value) in new[] { (1, 0.1 + 0.2), (2, double.NaN), (3, double.Epsilon), (4, -0.0), (5, double.PositiveInfinity) })
            a.Report(claim, At(epoch, value, isBest: epoch == 1));
        a.End(claim, TrialState.Pruned, "others were better");
        var row = Assert.Single(b.Read().Trials);
        Assert.Equal(["0.1", "sgd, with \"quotes\"\nand lines"], row.Settings);
        Assert.Equal((TrialState.Pruned, "others were better", "one:1", 5), (row.State, row.Reason, row.Worker, row.Epochs));
        Assert.True(row.Reports[0].HasSameBits(At(1, 0.1 + 0.2)));
        Assert.True(row.Reports[3].HasSameBits(At(4, -0.0, isBest: false)));
        Assert.Equal(1, row.Best!.Value.Epoch);
        Assert.NotNull(row.Started);
        Assert.NotNull(row.Ended);
    }

    [Fact]
    public void Two_who_propose_the_same_trial_make_one()
    {
        var (a, b) = (Store(), Store());
        a.Propose(0, ["1"]);
        b.Propose(0, ["1"]);
        Assert.Single(a.Read().Trials);
        var other = Assert.Throws<WeftException>(() => b.Propose(0, ["2"]));
        Assert.Equal((ErrorKind.CheckpointMismatch, "1", "2"), (other.Kind, other.Expected, other.Found));
    }

    [Fact]
    public void A_trial_is_claimed_once_and_the_first_is_claimed_first()
    {
        var (a, b) = (Store(), Store());
        for (var i = 0; i < 3; i++)
            a.Propose(i, [$"{i}"]);
        Assert.Equal([0, 1, 2], [a.Claim("a:1")!.Number, b.Claim("b:2")!.Number, a.Claim("a:1")!.Number]);
        Assert.Null(a.Claim("a:1"));
        Assert.Null(b.Claim("b:2"));
    }

    [Fact]
    public void A_trial_that_was_given_back_is_claimed_again_and_remembers_its_epochs()
    {
        var (a, b) = (Store(), Store());
        a.Propose(0, ["1"]);
        var first = a.Claim("a:1")!;
        a.Report(first, At(1, 0.5));
        a.Release(first, null);
        var second = b.Claim("b:2")!;
        Assert.Equal((0, 2, 1), (second.Number, second.Attempt, second.Tries));
        Assert.True(Assert.Single(second.Reports).HasSameBits(At(1, 0.5)));
    }

    [Fact]
    public void Attempts_that_brought_no_epoch_are_counted_and_a_stopped_worker_is_none()
    {
        var store = Store();
        store.Propose(0, ["1"]);
        store.Release(store.Claim("a:1")!, null);
        var claim = store.Claim("a:1")!;
        Assert.Equal(1, claim.Tries);
        store.Release(claim, "memory ran out");
        claim = store.Claim("a:1")!;
        Assert.Equal(2, claim.Tries);
        Assert.Equal("memory ran out", store.Read().Trials[0].Reason);
        store.Report(claim, At(1, 0.5));
        store.Release(claim, "memory ran out");
        Assert.Equal(1, store.Claim("a:1")!.Tries);
    }

    [Fact]
    public void A_killed_workers_trial_goes_to_another_and_its_owner_may_write_no_more()
    {
        var (a, b) = (Open(), Store());
        a.Propose(0, ["1"]);
        var lost = a.Claim("a:1")!;
        Assert.Null(b.Claim("b:2"));
        Kill(a);
        var taken = b.Claim("b:2")!;
        Assert.Equal((0, 2, 2), (taken.Number, taken.Attempt, taken.Tries));
        var zombie = Store();
        foreach (var write in new Action[] { () => zombie.Report(lost, At(1, 0.5)), () => zombie.End(lost, TrialState.Failed, null) })
            Assert.Equal(ErrorKind.Superseded, Assert.Throws<WeftException>(write).Kind);
        zombie.Release(lost, "nobody cares");
        Assert.Equal((TrialState.Running, "b:2"), (b.Read().Trials[0].State, b.Read().Trials[0].Worker));
    }

    [Fact]
    public void The_same_bits_again_are_accepted_and_other_bits_stop_the_sweep_and_name_both_workers()
    {
        var (a, b) = (Store(), Store());
        a.Propose(0, ["1"]);
        var first = a.Claim("good:1")!;
        a.Report(first, At(1, 0.3));
        a.Release(first, null);
        var second = b.Claim("bad:2")!;
        b.Report(second, At(1, 0.3));
        Assert.False(a.Read().IsStopped);
        var flipped = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(0.3) ^ 1);
        var disputed = Assert.Throws<WeftException>(() => b.Report(second, At(1, flipped)));
        Assert.Equal(ErrorKind.CheckpointMismatch, disputed.Kind);
        Assert.Contains("good:1", disputed.Expected);
        Assert.Contains("bad:2", disputed.Found);
        Assert.True(a.Read().IsStopped);
        Assert.True(a.Read().Trials[0].Reports[0].HasSameBits(At(1, 0.3)));
    }

    [Fact]
    public void A_trial_that_is_over_is_claimed_by_nobody()
    {
        var store = Store();
        store.Propose(0, ["1"]);
        var claim = store.Claim("a:1")!;
        store.Report(claim, At(1, 0.5));
        store.End(claim, TrialState.Finished, null);
        Assert.Null(store.Claim("b:2"));
        Assert.Equal(ErrorKind.Superseded, Assert.Throws<WeftException>(() => store.Report(claim, At(2, 0.4))).Kind);
    }

    [Fact]
    public void Plans_change_and_are_remembered()
    {
        var (a, b) = (Store(), Store());
        Assert.Equal((null, false), (a.Read().Cap, a.Read().IsStopped));
        a.Change(cap: 100);
        b.Change(isStopped: true);
        Assert.Equal((100, true), (a.Read().Cap, b.Read().IsStopped));
        a.Change(isStopped: false);
        Assert.Equal((100, false), (b.Read().Cap, b.Read().IsStopped));
    }

    [Fact]
    public async Task Many_at_once_claim_each_trial_once_and_lose_no_report()
    {
        const int Trials = 24;
        var first = Store();
        for (var i = 0; i < Trials; i++)
            first.Propose(i, [$"{i}"]);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var (store, mine) = (Open(), new List<int>());
            while (store.Claim($"w:{worker}") is { } claim)
            {
                mine.Add(claim.Number);
                for (var epoch = 1; epoch <= 2; epoch++)
                    store.Report(claim, At(epoch, claim.Number + 1.0 / epoch));
                store.End(claim, TrialState.Finished, null);
            }

            store.Dispose();
            return mine;
        })));
        Assert.Equal(Enumerable.Range(0, Trials), claimed.SelectMany(numbers => numbers).Order());
        Assert.All(first.Read().Trials, trial => Assert.Equal((TrialState.Finished, 2, 1), (trial.State, trial.Reports.Count, trial.Attempt)));
    }
}
