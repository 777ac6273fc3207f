using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>
/// Says that the worker is alive, for each trial that it has, from a thread of its own: a pool of threads that is busy with arithmetic would forget it.
/// </summary>
internal sealed class PostgresHeartbeat(SweepDatabase database, string sweep) : IDisposable
{
    private readonly Dictionary<int, int> _attempts = [];
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _ending = new();
    private Thread? _thread;

    /// <summary>The trials that nobody else has taken over as far as is known, in order.</summary>
    public int[] Held
    {
        get
        {
            lock (_gate)
                return [.. _attempts.Keys.Order()];
        }
    }

    public void Hold(int number, int attempt)
    {
        lock (_gate)
        {
            _attempts[number] = attempt;
            if (_thread is not null || _ending.IsSet)
                return;
            _thread = new Thread(Beat) { IsBackground = true, Name = "sweep heartbeat" };
            _thread.Start();
        }
    }

    public void LetGo(int number, int attempt)
    {
        lock (_gate)
        {
            if (_attempts.GetValueOrDefault(number) == attempt)
                _attempts.Remove(number);
        }
    }

    /// <summary>Says nothing any more, as a process that was killed.</summary>
    public void Dispose()
    {
        _ending.Set();
        Thread? thread;
        lock (_gate)
            thread = _thread;
        thread?.Join();
    }

    private void Beat()
    {
        while (!_ending.Wait(database.Timing.Beat))
        {
            Dictionary<int, int> attempts;
            lock (_gate)
                attempts = new(_attempts);
            if (attempts.Count == 0)
                continue;
            try
            {
                var alive = database.Run((connection, _) => Renew(connection, attempts), TimeSpan.Zero);
                foreach (var (number, attempt) in attempts.Where(pair => !alive.Contains(pair.Key)))
                    LetGo(number, attempt); // superseded: the next report says so
            }
            catch (WeftException)
            {
                // The next beat tries again, and the reports say what is wrong.
            }
        }
    }

    private HashSet<int> Renew(NpgsqlConnection connection, Dictionary<int, int> attempts)
    {
        using var command = new NpgsqlCommand("""
            update weft.trial set lease_until = clock_timestamp() + $2
            where sweep = $1 and state = 2 and (number, attempt) in (select * from unnest($3, $4))
            returning number
            """, connection)
        {
            Parameters =
            {
                new() { Value = sweep }, new() { Value = database.Timing.Lease }, new() { Value = attempts.Keys.ToArray() },
                new() { Value = attempts.Values.ToArray() },
            },
        };
        using var reader = command.ExecuteReader();
        var alive = new HashSet<int>();
        while (reader.Read())
            alive.Add(reader.GetInt32(0));
        return alive;
    }
}
