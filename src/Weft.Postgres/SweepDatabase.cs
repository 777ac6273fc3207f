using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>The sweeps of a database. Every call is tried again where the server is away for a moment.</summary>
internal sealed class SweepDatabase : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _hurry;
    private readonly ManualResetEventSlim _closing = new();
    private readonly Rng _jitter = Rng.For(Environment.ProcessId, RngPurpose.Search);
    private long _pauses;

    private SweepDatabase(PostgresAddress address, PostgresTiming timing, TimeProvider clock, CancellationToken cancellationToken)
    {
        (Address, Timing, _clock, _hurry) = (address, timing, clock, cancellationToken);
        _source = NpgsqlDataSource.Create(address.Settings);
    }

    public PostgresAddress Address { get; }

    public PostgresTiming Timing { get; }

    /// <summary>Connects, and makes the tables where there are none.</summary>
    /// <param name="cancellationToken">Once it is cancelled, a server that does not answer is waited for as shortly as at the beginning.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreBusy"/>: the server cannot be reached; <see cref="ErrorKind.InvalidInput"/>: it does not let this user in, or has no such
    /// database; <see cref="ErrorKind.NewerFormat"/>: a newer program made the tables; <see cref="ErrorKind.IoError"/>: it refuses otherwise.
    /// </exception>
    public static SweepDatabase Open(
        PostgresAddress address, PostgresTiming? timing = null, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        var database = new SweepDatabase(address, timing ?? new(), clock ?? TimeProvider.System, cancellationToken);
        try
        {
            database.Run((connection, _) => PostgresSchema.Prepare(connection, address.Text), database.Timing.ShortPatience);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables that are missing, where some were dropped.</summary>
    public void MakeTables() => Run((connection, _) => PostgresSchema.Make(connection, Address.Text));

    /// <summary>The names of all sweeps, in ordinal order.</summary>
    public IReadOnlyList<string> Names() => Run((connection, _) =>
    {
        using var command = new NpgsqlCommand("""select name from weft.sweep order by name collate "C" """, connection);
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    });

    /// <summary>The sweep of that name, or null.</summary>
    public SweepRecord? Find(string name) => Run((connection, _) => Find(connection, name));

    /// <summary>Makes a sweep without rows, or finds the one of that name.</summary>
    /// <returns>What is there now: what was given, or what somebody else gave before.</returns>
    public SweepRecord Make(string name, SweepRecord record) => Run((connection, _) =>
    {
        using var command = new NpgsqlCommand("insert into weft.sweep (name, file, information) values ($1, $2, $3) on conflict do nothing", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = record.File }, new() { Value = record.Information } },
        };
        command.ExecuteNonQuery();
        return Find(connection, name)!;
    });

    /// <summary>The rows of a sweep that was made. The store closes this database when it is disposed.</summary>
    public PostgresSweepStore Store(string name) => new(this, name);

    /// <summary>Gives no connection out any more and waits for nothing.</summary>
    public void Dispose()
    {
        _closing.Set();
        _source.Dispose();
    }

    /// <summary>Runs a piece of work on a connection, again and again while the server is away.</summary>
    /// <param name="work">Is told whether it may have been done already: the connection broke before the answer came.</param>
    /// <param name="patience">Null: the usual one.</param>
    /// <exception cref="WeftException">It was refused, or the patience is over.</exception>
    internal TResult Run<TResult>(Func<NpgsqlConnection, bool, TResult> work, TimeSpan? patience = null)
    {
        var begun = _clock.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var connection = _source.OpenConnection();
                return work(connection, attempt > 0);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                if (!PostgresErrors.IsPassing(failure) || _clock.GetElapsedTime(begun) >= Within(patience) || IsClosedWithin(Pause(attempt), patience))
                    throw PostgresErrors.ToError(failure, Address.Text);
            }
        }
    }

    /// <summary>Runs a piece of work without a result.</summary>
    /// <exception cref="WeftException">It was refused, or the patience is over.</exception>
    internal void Run(Action<NpgsqlConnection, bool> work, TimeSpan? patience = null) => Run((connection, isRepeated) =>
    {
        work(connection, isRepeated);
        return true;
    }, patience);

    private TimeSpan Within(TimeSpan? patience) => patience ?? (_hurry.IsCancellationRequested ? Timing.ShortPatience : Timing.Patience);

    // Who is told to hurry waits no longer for what he was patient for.
    private bool IsClosedWithin(TimeSpan pause, TimeSpan? patience) => _hurry.IsCancellationRequested || patience is not null
        ? _closing.Wait(pause)
        : WaitHandle.WaitAny([_closing.WaitHandle, _hurry.WaitHandle], pause) == 0;

    // Twice as long each time, and by a random part of it: a thousand workers do not come back in the same moment.
    private TimeSpan Pause(int attempt)
    {
        var longest = Math.Min(LongestPause.TotalMilliseconds, ShortestPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 20)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + 0.5 * _jitter.Double(Interlocked.Increment(ref _pauses))));
    }

    private static SweepRecord? Find(NpgsqlConnection connection, string name)
    {
        using var command = new NpgsqlCommand("select file, information from weft.sweep where name = $1", connection);
        command.Parameters.Add(new() { Value = name });
        using var reader = command.ExecuteReader();
        return reader.Read() ? new SweepRecord(reader.GetString(0), reader.GetString(1)) : null;
    }
}
