using System.Net.Sockets;
using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>What a server or the way to it said, as one of our errors.</summary>
internal static class PostgresErrors
{
    private const string Untouched = "what was written before is intact";

    private static readonly string[] Damage =
        [PostgresErrorCodes.UndefinedTable, PostgresErrorCodes.UndefinedColumn, PostgresErrorCodes.DataCorrupted, PostgresErrorCodes.IndexCorrupted];

    /// <summary>Whether the same may succeed in a moment: two transactions met, the server restarts or is not there, the connection broke.</summary>
    public static bool IsPassing(Exception failure) => failure switch
    {
        PostgresException said => IsPassing(said.SqlState),
        NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException } => false,
        NpgsqlException => true, // no word of the server's: the connection broke, or there was none in time
        SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    private static bool IsPassing(string state) => state
        is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.TooManyConnections
        or PostgresErrorCodes.ReadOnlySqlTransaction // a server that was the second one a moment ago
        || (state.StartsWith("57P", StringComparison.Ordinal) && state != PostgresErrorCodes.DatabaseDropped)
        || state.StartsWith("08", StringComparison.Ordinal);

    /// <param name="where">The address of the database.</param>
    public static WeftException ToError(Exception failure, string where) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            Of(ErrorKind.InvalidInput, "the server does not let this user in", failure, where, "write the password into ~/.pgpass, or set PGPASSWORD"),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.DatabaseDropped } =>
            Of(ErrorKind.InvalidInput, "there is no such database", failure, where, "make it with createdb, or correct the address"),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            Of(ErrorKind.IoError, "the database refuses this user", failure, where, "let the owner run: grant create on database … to …"),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            Of(ErrorKind.DiskFull, "the database's disk is full", failure, where, "make room on the server"),
        PostgresException said when Damage.Contains(said.SqlState) =>
            Of(ErrorKind.StoreDamaged, "the tables of sweeps are not what this program made", failure, where, null),
        _ when IsPassing(failure) =>
            Of(ErrorKind.StoreBusy, "the database cannot be reached", failure, where, "look whether the server runs and is reached from here"),
        _ => Of(ErrorKind.IoError, "the database refused", failure, where, null),
    };

    private static WeftException Of(ErrorKind kind, string what, Exception cause, string where, string? advice) => new(kind, what, cause)
    {
        Where = where, Found = (cause.InnerException ?? cause).Message.ReplaceLineEndings(" "), Safe = Untouched,
        Next = advice is null ? null : new Advice(advice),
    };
}
