using Npgsql;
using Weft.Training;
using Weft.Training.Tests;

namespace Weft.Postgres.Tests;

/// <summary>Servers that end, answers that are lost, workers that were stopped: what was written is whole, and every trial is finished once.</summary>
public sealed class PostgresTroubleTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Sweep = "s";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trials_are_finished_once_whatever_becomes_of_the_server(bool isKilled)
    {
        const int Trials = 12, Epochs = 3, Restarts = 3;
        var address = Make();
        using (var first = Open(address))
        {
            for (var trial = 0; trial < Trials; trial++)
                first.Propose(trial, [$"{trial}"]);
        }

        using var goesOn = new ManualResetEventSlim(true);
        var done = 0;
        var workers = Enumerable.Range(0, 3).Select(worker => Task.Factory.StartNew(() =>
        {
            using var store = Open(address);
            while (store.Claim($"machine:{worker}") is { } claim)
            {
                for (var epoch = 1; epoch <= Epochs; epoch++)
                {
                    store.Report(claim, At(epoch, claim.Number));
                    Interlocked.Increment(ref done);
                }

                store.End(claim, TrialState.Finished, null);
                goesOn.Wait();
            }
        }, TaskCreationOptions.LongRunning)).ToList();

        for (var restart = 1; restart <= Restarts; restart++)
        {
            // In the middle of the work: after so many reports.
            SpinWait.SpinUntil(() => Volatile.Read(ref done) >= restart * Trials * Epochs / (Restarts + 1) || workers.Any(worker => worker.IsFaulted));
            if (isKilled)
                server.Kill();
            else
                server.StopAtOnce();
            server.Start();
        }

        await Task.WhenAll(workers);
        using var store = Open(address);
        Assert.All(store.Read().Trials, trial =>
        {
            Assert.Equal((TrialState.Finished, 0), (trial.State, trial.Tries));
            Assert.Equal(Enumerable.Range(1, Epochs).Select(epoch => At(epoch, trial.Number)), trial.Reports.Select(report => report with { Worker = null }));
        });
        Assert.Equal(Trials, store.Read().Trials.Count);
    }

    [Fact]
    public void An_answer_that_is_lost_changes_nothing()
    {
        var address = Make();
        using var folder = new TemporaryFolder();
        using var proxy = new LossyProxy(folder.Path, address.Settings.Host!);
        var losing = PostgresAddress.Parse(address.Text.Replace(address.Settings.Host!, folder.Path));
        using (var direct = Open(address))
        {
            direct.Propose(0, ["0"]);
            direct.Propose(1, ["1"]);
        }

        var trial = 1;
        for (var answer = 1; ; answer++)
        {
            var lost = proxy.Lost;
            using var store = Open(losing);
            TrialClaim? claim = null;
            trial++;
            // Every call, each with the answer of this number lost, on a connection that is new for each store.
            foreach (var call in new Action[]
            {
                () => store.Propose(trial, [$"{trial}"]),
                () => claim = store.Claim("machine:1"), () => store.Report(claim!, At(1, claim!.Number)), () => store.Release(claim!, null),
                () => claim = store.Claim("machine:1"), () => Assert.Equal(1, claim!.Tries), () => store.Report(claim!, At(2, claim!.Number)),
                () => store.End(claim!, TrialState.Finished, "done"), () => store.Change(cap: trial), () => Assert.Equal(trial + 1, store.Read().Trials.Count),
            })
            {
                proxy.Lose(answer);
                call();
            }

            proxy.Lose(0);
            if (proxy.Lost == lost)
                break; // no call has so many answers
        }

        using var rows = Open(address);
        var all = rows.Read();
        var finished = all.Trials.Where(row => row.State == TrialState.Finished).ToList();
        Assert.Equal((trial, trial + 1), (all.Cap, all.Trials.Count));
        Assert.Equal(trial - 1, finished.Count);
        Assert.True(proxy.Lost >= 20, $"only {proxy.Lost} answers were lost");
        Assert.All(finished, row => Assert.Equal(("done", 2), (row.Reason, row.Reports.Count)));
        Assert.All(all.Trials.Except(finished), row => Assert.Equal((TrialState.Ready, 0), (row.State, row.Reports.Count)));
        Assert.False(all.IsStopped);
    }

    [Fact]
    public void A_worker_that_was_stopped_for_longer_than_its_lease_is_refused()
    {
        var address = Make();
        var stopped = new PostgresTiming { Lease = TimeSpan.FromMilliseconds(50), Beat = TimeSpan.FromHours(1) };
        using var zombie = SweepDatabase.Open(address, stopped).Store(Sweep);
        using var store = Open(address);
        zombie.Propose(0, ["0"]);
        var lost = zombie.Claim("zombie:1")!;
        zombie.Report(lost, At(1, 0));
        TrialClaim? taken = null;
        while ((taken = store.Claim("machine:2")) is null)
            Thread.Sleep(10);
        Assert.Equal((0, 2, 1), (taken.Number, taken.Attempt, Assert.Single(taken.Reports).Epoch));

        var refused = Assert.Throws<WeftException>(() => zombie.Report(lost, At(2, 0)));
        Assert.Equal((ErrorKind.Superseded, "machine:2"), (refused.Kind, refused.Found));
        Assert.Equal(ErrorKind.Superseded, Assert.Throws<WeftException>(() => zombie.End(lost, TrialState.Finished, null)).Kind);
        zombie.Release(lost, "late");

        store.Report(taken, At(2, 0));
        store.End(taken, TrialState.Finished, null);
        Assert.Equal([1, 2], store.Read().Trials[0].Reports.Select(report => report.Epoch));
    }

    [Fact]
    public void A_worker_whose_pool_of_threads_is_busy_says_that_it_is_alive()
    {
        var address = Make();
        using var store = SweepDatabase.Open(address, new PostgresTiming { Lease = TimeSpan.FromHours(1), Beat = TimeSpan.FromMilliseconds(20) }).Store(Sweep);
        store.Propose(0, ["0"]);
        ThreadPool.GetMinThreads(out var usual, out _);
        var (items, started) = (2 * usual + 60, 0);
        using var free = new ManualResetEventSlim();
        using var done = new CountdownEvent(items);
        for (var i = 0; i < items; i++)
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                Interlocked.Increment(ref started);
                free.Wait();
                done.Signal();
            });
        }

        store.Claim("machine:1");
        var leases = new HashSet<object>();
        using var connection = new NpgsqlConnection(address.Settings.ConnectionString + ";Pooling=false");
        connection.Open();
        while (leases.Count < 4) // the claim's own and three beats
        {
            using var command = new NpgsqlCommand("select lease_until from weft.trial", connection);
            leases.Add(command.ExecuteScalar()!);
            Thread.Sleep(5);
        }

        Assert.True(Volatile.Read(ref started) < items, "the pool was not busy"); // a beat that waited for it would come after all of them
        free.Set();
        done.Wait();
    }

    [Fact]
    public void A_server_that_is_away_for_longer_than_anybody_waits_is_an_error_in_words()
    {
        var address = Make();
        var timing = new PostgresTiming { Patience = TimeSpan.FromMilliseconds(100), ShortPatience = TimeSpan.FromMilliseconds(100) };
        using var store = SweepDatabase.Open(address, timing).Store(Sweep);
        store.Propose(0, ["0"]);
        var claim = store.Claim("machine:1")!;
        server.StopAtOnce();
        try
        {
            foreach (var call in new Action[] { () => store.Report(claim, At(1, 0)), () => store.Release(claim, null), () => store.Read() })
                Assert.Equal(ErrorKind.StoreBusy, Assert.Throws<WeftException>(call).Kind);
        }
        finally
        {
            server.Start();
        }

        using var patient = Open(address);
        Assert.Equal((TrialState.Running, 0), (patient.Read().Trials[0].State, patient.Read().Trials[0].Epochs));
        patient.Report(claim, At(1, 0));
        Assert.Equal(1, patient.Read().Trials[0].Epochs);
    }

    [Fact]
    public void Another_machines_lost_trial_waits_while_its_own_can_go_on()
    {
        var address = Make();
        using var store = Open(address);
        store.Propose(0, ["0"]);
        store.Propose(1, ["1"]);
        var (first, second) = (store.Claim("other:1")!, store.Claim("mine:1")!);
        store.Release(first, null);
        store.Release(second, null);

        Assert.Equal(1, store.Claim("mine:7")!.Number); // its runs lie here
        Assert.Equal(0, store.Claim("mine:7")!.Number);
    }

    [Fact]
    public async Task Tables_are_made_once_however_many_come_at_the_same_time()
    {
        var address = server.NewDatabase();
        await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(_ => Task.Factory.StartNew(() => SweepDatabase.Open(address).Dispose(), TaskCreationOptions.LongRunning)));

        using var database = SweepDatabase.Open(address);
        Assert.Empty(database.Names());
        Assert.Equal(new SweepRecord("a", "1"), database.Make("s", new SweepRecord("a", "1")));
        Assert.Equal(new SweepRecord("a", "1"), database.Make("s", new SweepRecord("b", "2"))); // whoever came first
        database.Make("A", new SweepRecord("c", "3"));
        Assert.Equal(["A", "s"], database.Names());
        Assert.Null(database.Find("t"));
    }

    [Fact]
    public void Tables_of_a_newer_program_are_refused()
    {
        var address = Make();
        server.Execute(address.Settings.Database!, "update weft.version set version = version + 1");

        var error = Assert.Throws<WeftException>(() => SweepDatabase.Open(address));

        Assert.Equal((ErrorKind.NewerFormat, $"format {PostgresSchema.Current + 1}"), (error.Kind, error.Found));
    }

    [Fact]
    public void A_sweep_that_was_removed_under_a_worker_is_an_error_in_words()
    {
        var address = Make();
        using var store = Open(address);
        server.Execute(address.Settings.Database!, "delete from weft.sweep");

        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => store.Read()).Kind);
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => store.Change(cap: 3)).Kind);
        server.Execute(address.Settings.Database!, "drop schema weft cascade");
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => store.Read()).Kind);
    }

    [Fact]
    public void What_cannot_be_reached_is_said_with_what_to_do()
    {
        var address = Make();
        var hurry = new PostgresTiming { ShortPatience = TimeSpan.Zero };
        server.Execute(address.Settings.Database!, "create role guest login");
        (string Text, ErrorKind Kind)[] wrong =
        [
            (address.Text.Replace(address.Settings.Database!, "nothing"), ErrorKind.InvalidInput),
            (address.Text.Replace("weft@", "nobody@"), ErrorKind.InvalidInput),
            (address.Text.Replace("weft@", "guest@"), ErrorKind.IoError), // may look and not make tables
            (address.Text.Replace(address.Settings.Host!, "/nowhere"), ErrorKind.StoreBusy),
        ];
        server.Execute(address.Settings.Database!, "drop schema weft cascade");
        Assert.All(wrong, pair =>
        {
            var error = Assert.Throws<WeftException>(() => SweepDatabase.Open(PostgresAddress.Parse(pair.Text), hurry));
            Assert.Equal((pair.Kind, pair.Text), (error.Kind, error.Where));
            Assert.True(error.Found is { Length: > 0 } && error.Next is Advice { Text.Length: > 0 });
        });
    }

    [Theory]
    [InlineData("40001", true)]
    [InlineData("40P01", true)]
    [InlineData("08006", true)]
    [InlineData("57P01", true)]
    [InlineData("57P02", true)]
    [InlineData("57P03", true)]
    [InlineData("57P04", false)]
    [InlineData("53300", true)]
    [InlineData("25006", true)]
    [InlineData("53100", false)]
    [InlineData("28P01", false)]
    [InlineData("42P01", false)]
    [InlineData("23505", false)]
    public void What_passes_is_tried_again(string state, bool passes) =>
        Assert.Equal(passes, PostgresErrors.IsPassing(new PostgresException("", "ERROR", "ERROR", state)));

    [Fact]
    public void A_statement_that_met_another_is_done_all_the_same()
    {
        var address = Make();
        using var store = Open(address);
        store.Propose(0, ["0"]);
        // The server refuses the first two with a conflict, as it does when transactions meet.
        server.Execute(address.Settings.Database!, """
            create sequence weft.met;
            create function weft.meet() returns trigger language plpgsql as $$
            begin
                if nextval('weft.met') <= 2 then raise exception 'met' using errcode = case when currval('weft.met') = 1 then '40001' else '40P01' end; end if;
                return new;
            end $$;
            create trigger meet before update on weft.trial for each row execute function weft.meet()
            """);

        Assert.Equal((0, 1), store.Claim("machine:1") is { } claim ? (claim.Number, claim.Attempt) : default);
    }

    private static TrialReport At(int epoch, int trial) => new(epoch, 1.0 / (trial + 3) / epoch, 1.0 / (trial + 7) / epoch, 0.1 * trial / epoch, true);

    private PostgresAddress Make()
    {
        var address = server.NewDatabase();
        using var database = SweepDatabase.Open(address);
        database.Make(Sweep, new SweepRecord("method: grid", "{}"));
        return address;
    }

    private static PostgresSweepStore Open(PostgresAddress address) => SweepDatabase.Open(address).Store(Sweep);
}
