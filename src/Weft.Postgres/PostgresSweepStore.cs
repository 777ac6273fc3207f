using System.Data;
using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>
/// The rows of a sweep in PostgreSQL, for workers on any number of machines. A claim is a lease by the server's clock, which a thread renews; what is written
/// carries the attempt, and a worker whose trial went to another is refused. Between two calls no transaction is open.
/// </summary>
/// <remarks>The numbers in the statements are those of <see cref="TrialState"/>: 1 ready, 2 running.</remarks>
internal sealed class PostgresSweepStore(SweepDatabase database, string sweep) : ISweepStore
{
    private readonly PostgresHeartbeat _heartbeat = new(database, sweep);
    private readonly Lock _gate = new();

    // The first trials, all of which are over: they do not change any more and are not read again.
    private readonly List<TrialRow> _over = [];

    public SweepRows Read()
    {
        TrialRow[] over;
        lock (_gate)
            over = [.. _over];
        var (rows, cap, isStopped) = database.Run((connection, _) => Read(connection, over.Length));
        lock (_gate)
        {
            if (_over.Count == over.Length) // else another call was faster
                _over.AddRange(rows.TakeWhile(row => row.IsOver));
        }

        return new SweepRows([.. over, .. rows], cap, isStopped);
    }

    public void Propose(int number, IReadOnlyList<string> settings) => database.Run((connection, _) =>
    {
        using (var insert = Command(connection, """
            insert into weft.trial (sweep, number, settings)
            select $1, $2, $3 where (select count(*) from weft.trial where sweep = $1 and number < $2) = $2
            on conflict do nothing
            """, sweep, number, settings.ToArray()))
        {
            if (insert.ExecuteNonQuery() == 1)
                return;
        }

        // Two who propose the same trial have computed the same settings, or one of them computes otherwise.
        if (Trial(connection, number) is not { } there)
            throw new ArgumentOutOfRangeException(nameof(number), number, "Trials are proposed one after the other.");
        if (!there.Settings.SequenceEqual(settings))
            throw SweepErrors.OtherSettings(number, there.Settings, settings, Where);
    });

    public TrialClaim? Claim(string worker)
    {
        // Its own machine may have the run's folder, with what an earlier attempt did.
        var machine = worker[..(worker.LastIndexOf(':') + 1)];
        var claim = database.Run((connection, isRepeated) =>
        {
            using var command = Command(connection, """
                update weft.trial set state = 2, attempt = attempt + 1, owner = $2, lease_until = clock_timestamp() + $3,
                    tries = tries + case when $4 and owner = $2 and state = 2 then 0 else 1 end, started = coalesce(started, clock_timestamp())
                where (sweep, number) = (
                    select sweep, number from weft.trial
                    where sweep = $1 and (state = 1 or state = 2 and (lease_until < clock_timestamp() or $4 and owner = $2 and not (number = any($5))))
                    order by (owner is not null and starts_with(owner, $6)) desc, number limit 1 for update skip locked)
                returning number, settings, attempt, tries
                """, sweep, worker, database.Timing.Lease, isRepeated, _heartbeat.Held, machine); // repeated: the answer to the first may have been lost
            TrialClaim claimed;
            using (var reader = command.ExecuteReader())
            {
                if (!reader.Read())
                    return null;
                claimed = new TrialClaim(reader.GetInt32(0), reader.GetFieldValue<string[]>(1), reader.GetInt32(2), reader.GetInt32(3), []);
            }

            return claimed with { Reports = [.. Reports(connection, "number = $2", claimed.Number).Select(pair => pair.Report)] };
        });
        if (claim is not null)
            _heartbeat.Hold(claim.Number, claim.Attempt);
        return claim;
    }

    public void Report(TrialClaim claim, TrialReport report)
    {
        var disputed = database.Run((connection, _) =>
        {
            using var transaction = connection.BeginTransaction();
            var trial = Mine(connection, claim);
            if (Reports(connection, "number = $2 and epoch = $3", claim.Number, report.Epoch) is [var (_, before)])
            {
                if (before.HasSameBits(report))
                    return null;
                using var stop = Command(connection, "update weft.sweep set is_stopped = true where name = $1", sweep);
                stop.ExecuteNonQuery();
                transaction.Commit();
                return SweepErrors.OtherBits(trial, before, report, Where);
            }

            using var insert = Command(connection, "insert into weft.report values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                sweep, claim.Number, report.Epoch, claim.Attempt, report.Value, report.Loss, report.Accuracy, report.IsBest, trial.Worker!);
            insert.ExecuteNonQuery();
            using var renew = Command(connection, "update weft.trial set tries = 0, lease_until = clock_timestamp() + $3 where sweep = $1 and number = $2",
                sweep, claim.Number, database.Timing.Lease);
            renew.ExecuteNonQuery();
            transaction.Commit();
            return null;
        });
        if (disputed is not null)
            throw disputed;
    }

    public void End(TrialClaim claim, TrialState state, string? reason)
    {
        database.Run((connection, isRepeated) =>
        {
            using var end = Command(connection, """
                update weft.trial set state = $4, reason = $5, ended = clock_timestamp(), lease_until = null
                where sweep = $1 and number = $2 and attempt = $3 and state = 2
                """, sweep, claim.Number, claim.Attempt, (int)state, Written(reason));
            if (end.ExecuteNonQuery() == 1)
                return;
            var there = Trial(connection, claim.Number);
            if (!(isRepeated && there?.Attempt == claim.Attempt && there.State == state)) // else the first answer was lost
                throw Superseded(claim, there);
        });
        _heartbeat.LetGo(claim.Number, claim.Attempt);
    }

    public void Release(TrialClaim claim, string? reason)
    {
        _heartbeat.LetGo(claim.Number, claim.Attempt);
        database.Run((connection, _) =>
        {
            using var release = Command(connection, """
                update weft.trial set state = 1, lease_until = null, reason = coalesce($4, reason),
                    tries = case when $4 is null then greatest(0, tries - 1) else tries end
                where sweep = $1 and number = $2 and attempt = $3 and state = 2
                """, sweep, claim.Number, claim.Attempt, Written(reason));
            release.ExecuteNonQuery();
        }, database.Timing.ShortPatience);
    }

    public void Change(int? cap = null, bool? isStopped = null) => database.Run((connection, _) =>
    {
        using var change = Command(connection, "update weft.sweep set cap = coalesce($2, cap), is_stopped = coalesce($3, is_stopped) where name = $1",
            sweep, Parameter(cap), Parameter(isStopped));
        if (change.ExecuteNonQuery() == 0)
            throw Gone();
    });

    /// <summary>Ends the signs of life, as if the process was killed: what was claimed and not given back goes to others when its lease is over.</summary>
    public void Dispose()
    {
        _heartbeat.Dispose();
        database.Dispose();
    }

    private string Where => $"{database.Address.Text} sweep {sweep}";

    private (List<TrialRow> Rows, int? Cap, bool IsStopped) Read(NpgsqlConnection connection, int from)
    {
        // All three from one moment.
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        int? cap;
        bool isStopped;
        using (var command = Command(connection, "select cap, is_stopped from weft.sweep where name = $1", sweep))
        using (var reader = command.ExecuteReader())
        {
            if (!reader.Read())
                throw Gone();
            (cap, isStopped) = (reader.IsDBNull(0) ? null : reader.GetInt32(0), reader.GetBoolean(1));
        }

        var rows = Trials(connection, "number >= $2", from);
        var reports = Reports(connection, "number >= $2", from).ToLookup(pair => pair.Number, pair => pair.Report);
        return ([.. rows.Select(row => row with { Reports = [.. reports[row.Number]] })], cap, isStopped);
    }

    // The claim's trial, which nobody else changes until the transaction ends.
    private TrialRow Mine(NpgsqlConnection connection, TrialClaim claim) =>
        Trials(connection, "number = $2 and attempt = $3 and state = 2 for update", claim.Number, claim.Attempt) is [var trial]
            ? trial
            : throw Superseded(claim, Trial(connection, claim.Number));

    private WeftException Superseded(TrialClaim claim, TrialRow? there)
    {
        _heartbeat.LetGo(claim.Number, claim.Attempt);
        return SweepErrors.Superseded(there ?? new TrialRow(claim.Number, claim.Settings));
    }

    private TrialRow? Trial(NpgsqlConnection connection, int number) => Trials(connection, "number = $2", number) is [var row] ? row : null;

    private List<TrialRow> Trials(NpgsqlConnection connection, string which, params object[] values)
    {
        // The condition comes before "for update", the order after it would not be allowed; few rows are sorted here.
        using var command = Command(connection,
            $"select number, settings, state, attempt, tries, owner, reason, started, ended from weft.trial where sweep = $1 and {which}", [sweep, .. values]);
        using var reader = command.ExecuteReader();
        var rows = new List<TrialRow>();
        while (reader.Read())
        {
            rows.Add(new TrialRow(reader.GetInt32(0), reader.GetFieldValue<string[]>(1))
            {
                State = (TrialState)reader.GetInt32(2), Attempt = reader.GetInt32(3), Tries = reader.GetInt32(4),
                Worker = reader.IsDBNull(5) ? null : reader.GetString(5), Reason = reader.IsDBNull(6) ? null : reader.GetString(6),
                Started = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                Ended = reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
            });
        }

        rows.Sort((a, b) => a.Number.CompareTo(b.Number));
        return rows;
    }

    private List<(int Number, TrialReport Report)> Reports(NpgsqlConnection connection, string which, params object[] values)
    {
        using var command = Command(connection,
            $"select number, epoch, value, loss, accuracy, is_best, worker from weft.report where sweep = $1 and {which} order by number, epoch",
            [sweep, .. values]);
        using var reader = command.ExecuteReader();
        var reports = new List<(int, TrialReport)>();
        while (reader.Read())
        {
            var report = new TrialReport(reader.GetInt32(1), reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetBoolean(5));
            reports.Add((reader.GetInt32(0), report with { Worker = reader.GetString(6) }));
        }

        return reports;
    }

    // Values travel in binary: doubles keep their bits.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, params object[] values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }

    private static NpgsqlParameter Parameter<TValue>(TValue? value) where TValue : struct => new()
    {
        NpgsqlDbType = typeof(TValue) == typeof(bool) ? NpgsqlTypes.NpgsqlDbType.Boolean : NpgsqlTypes.NpgsqlDbType.Integer,
        Value = value is { } given ? given : DBNull.Value,
    };

    // A text of PostgreSQL holds every character but one.
    private static NpgsqlParameter Written(string? text) => new()
    {
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = (object?)text?.Replace('\0', ' ') ?? DBNull.Value,
    };

    private WeftException Gone() => new(ErrorKind.StoreDamaged, $"there is no sweep {sweep} in the database any more")
    {
        Where = database.Address.Text, Expected = "the sweep that was made there", Found = "none", Safe = "the runs of the trials are intact",
    };
}
