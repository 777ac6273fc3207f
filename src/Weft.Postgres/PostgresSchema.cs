using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>The tables of sweeps. They have one version, which only grows.</summary>
internal static class PostgresSchema
{
    // "weft" as four letters: whoever makes or changes the tables holds this lock.
    private const long LockKey = 0x77656674;

    private const string Beginning =
        "create schema if not exists weft; create table weft.version (version int not null); insert into weft.version values (0)";

    // The statements from each version to the next. They do nothing where they were done.
    private static readonly string[] Steps =
    [
        """
        create table if not exists weft.sweep (
            name text primary key,
            file text not null,
            information text not null,
            cap int,
            is_stopped boolean not null default false,
            created timestamptz not null default clock_timestamp());
        create table if not exists weft.trial (
            sweep text not null references weft.sweep on delete cascade,
            number int not null,
            settings text[] not null,
            state int not null default 1,
            attempt int not null default 0,
            tries int not null default 0,
            owner text,
            lease_until timestamptz,
            reason text,
            started timestamptz,
            ended timestamptz,
            primary key (sweep, number));
        create table if not exists weft.report (
            sweep text not null,
            number int not null,
            epoch int not null,
            attempt int not null,
            value double precision not null,
            loss double precision not null,
            accuracy double precision not null,
            is_best boolean not null,
            worker text not null,
            primary key (sweep, number, epoch),
            foreign key (sweep, number) references weft.trial on delete cascade);
        """,
    ];

    /// <summary>The version that this program knows.</summary>
    public static int Current => Steps.Length;

    /// <summary>Makes the tables, or brings them to the current version.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: a newer program made them.</exception>
    public static void Prepare(NpgsqlConnection connection, string where)
    {
        if (Version(connection, where) != Current)
            Make(connection, where);
    }

    /// <summary>Makes the tables that are not there, whatever their version says.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: a newer program made them.</exception>
    public static void Make(NpgsqlConnection connection, string where)
    {
        using var transaction = connection.BeginTransaction();
        // Whoever comes second finds all done.
        Execute(connection, $"select pg_advisory_xact_lock({LockKey})");
        if (Version(connection, where) == 0)
            Execute(connection, Beginning);
        foreach (var step in Steps)
            Execute(connection, step);
        Execute(connection, $"update weft.version set version = {Current}");
        transaction.Commit();
    }

    private static int Version(NpgsqlConnection connection, string where)
    {
        // A query and not to_regclass, which still answers what it knew before it waited for the lock.
        using var look = new NpgsqlCommand("""
            select exists (select from pg_catalog.pg_class where relname = 'version' and relnamespace in (
                select oid from pg_catalog.pg_namespace where nspname = 'weft'))
            """, connection);
        if (look.ExecuteScalar() is not true)
            return 0;
        using var read = new NpgsqlCommand("select version from weft.version", connection);
        var version = read.ExecuteScalar() as int? ?? 0;
        return version <= Current ? version : throw FormatVersion.Newer(where, Current, version);
    }

    private static void Execute(NpgsqlConnection connection, string statements)
    {
        using var command = new NpgsqlCommand(statements, connection);
        command.ExecuteNonQuery();
    }
}
