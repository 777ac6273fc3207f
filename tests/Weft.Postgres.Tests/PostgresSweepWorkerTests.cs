using System.Collections.Concurrent;
using Weft.Training;
using Weft.Training.Tests;

namespace Weft.Postgres.Tests;

/// <summary>The same sweep in a database as in a folder, for any number of workers, however they and the server are killed.</summary>
public sealed class PostgresSweepWorkerTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Sweep = "s";
    private const int Epochs = 9;

    private static readonly SearchSpace Space = new([
        new NumericParameter("optimizer.learning_rate", new UniformDistribution(0, 1)),
        new NumericParameter("optimizer.momentum", new UniformDistribution(0, 1))]);

    private static readonly SweepDefinition Definition = new() { Method = SweepMethod.Random, Space = Space, RunCap = 30, Pruner = new BestThird() };

    [Fact]
    public async Task Killed_workers_and_servers_change_nothing()
    {
        var address = server.NewDatabase();
        using (var database = SweepDatabase.Open(address))
            database.Make(Sweep, new SweepRecord("method: random", "{}"));
        var (reports, kills, restarts, rng) = (0, 0, 0, new Rng(11));
        var killed = new ConcurrentDictionary<(int Trial, int Epoch), bool>();
        var workers = Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(() =>
        {
            for (var life = 0; ; life++)
            {
                var (name, store) = ($"w:{i}.{life}", SweepDatabase.Open(address).Store(Sweep));
                var trials = new SyntheticTrials(Epochs)
                {
                    BeforeEpoch = (trial, epoch) =>
                    {
                        Interlocked.Increment(ref reports);
                        // One epoch in twelve is the last of its worker, once: it says nothing more, and its lease runs out.
                        if (rng.Derive(trial).Int(epoch, 12) != 0 || !killed.TryAdd((trial, epoch), true))
                            return;
                        store.Dispose();
                        Interlocked.Increment(ref kills);
                        throw new KilledException();
                    },
                };
                try
                {
                    Work(store, name, trials);
                    return;
                }
                catch (Exception dead) when (dead is KilledException or ObjectDisposedException)
                {
                    using var later = SweepDatabase.Open(address);
                    later.Run((connection, _) =>
                    {
                        using var command = connection.CreateCommand();
                        command.CommandText = $"update weft.trial set lease_until = clock_timestamp() - interval '1 s' where state = 2 and owner = '{name}'";
                        command.ExecuteNonQuery();
                    });
                }
                finally
                {
                    store.Dispose();
                }
            }
        }, TaskCreationOptions.LongRunning)).ToList();
        var all = Task.WhenAll(workers);
        while (restarts < 3 && !all.IsCompleted)
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref reports) > 25 * (restarts + 1) || all.IsCompleted);
            server.StopAtOnce();
            server.Start();
            restarts++;
        }

        await all;
        Assert.Equal(3, restarts);
        Assert.InRange(kills, 5, 100);
        using var after = SweepDatabase.Open(address).Store(Sweep);
        Assert.Equal(InAFolder(), Csv(after));
        Assert.All(after.Read().Trials, trial => Assert.Equal(Enumerable.Range(1, trial.Epochs), trial.Reports.Select(report => report.Epoch)));
    }

    private static string InAFolder()
    {
        using var folder = new TemporaryFolder();
        using var store = new FolderSweepStore(new SweepFolder(folder.Path));
        Work(store, "only:1", new SyntheticTrials(Epochs));
        return Csv(store);
    }

    private static void Work(ISweepStore store, string name, SyntheticTrials trials) => Assert.Equal(
        SweepEnd.Complete,
        new SweepWorker(store, new SweepRule(Definition, new SensitiveMethod(Space, 7), 4, Epochs), ["0.5", "0.5"], retries: 9, trials, name).Run(default));

    private static string Csv(ISweepStore store) => new SweepTable(Definition, store.Read()).ToCsv();

    private sealed class KilledException : Exception;
}
