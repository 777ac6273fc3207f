using System.Globalization;
using System.Net;
using Npgsql;
using Weft.Training;

namespace Weft.Postgres;

/// <summary>Where a database is: "postgres://user@host:5432/database", as libpq writes it.</summary>
internal sealed record PostgresAddress
{
    private const string Form = "postgres://user@host:5432/database, or postgres://user@/database?host=/run/postgresql for a socket";

    private static readonly string[] Schemes = ["postgres", "postgresql"];

    // libpq's names.
    private static readonly Dictionary<string, SslMode> Modes = new(StringComparer.Ordinal)
    {
        ["disable"] = SslMode.Disable, ["prefer"] = SslMode.Prefer, ["require"] = SslMode.Require, ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    private PostgresAddress(string text, NpgsqlConnectionStringBuilder settings) => (Text, Settings) = (text, settings);

    /// <summary>As it was given; there is no password in it.</summary>
    public string Text { get; }

    /// <summary>What the driver is told.</summary>
    internal NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Whether a text means such an address, right or wrong.</summary>
    public static bool Is(string text) => Schemes.Any(scheme => text.StartsWith(scheme + "://", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it is none, or has a password in it.</exception>
    public static PostgresAddress Parse(string text)
    {
        // Without a host, which a socket has none of, .NET knows no user.
        var (problem, at) = ("an address", text.IndexOf("@/", StringComparison.Ordinal));
        if (!Is(text) || !Uri.TryCreate(at < 0 ? text : text.Insert(at + 1, "socket.invalid"), UriKind.Absolute, out var uri))
            throw Wrong("no such address");
        var user = Uri.UnescapeDataString(uri.UserInfo);
        if (user.Contains(':'))
        {
            throw new WeftException(ErrorKind.InvalidInput, "a password does not belong into the address, which every list of processes shows")
            {
                Where = $"{uri.Scheme}://{user[..user.IndexOf(':')]}:…@{uri.Host}", Expected = Form, Found = "a password", Safe = "nothing was touched",
                Next = new Advice("write it into ~/.pgpass, or set PGPASSWORD"),
            };
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            ApplicationName = "weft",
            MaxPoolSize = 2, // one for what is asked and one for the signs of life
            MinPoolSize = 0,
            NoResetOnClose = true, // PgBouncer hands connections out by the transaction
            Timeout = 10,
            CommandTimeout = 30,
            TcpKeepAlive = true,
        };
        if (user.Length > 0)
            settings.Username = user;
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database)
            settings.Database = Uri.UnescapeDataString(database);
        if (at < 0 && uri.Host.Length > 0)
            settings.Host = uri.Host;
        if (uri.Port > 0)
            settings.Port = uri.Port;
        string? mode = null;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = (pair.Split('=')[0], Uri.UnescapeDataString(pair[(pair.IndexOf('=') + 1)..]));
            switch (key)
            {
                case "host":
                    settings.Host = value;
                    break;
                case "port" when int.TryParse(value, CultureInfo.InvariantCulture, out var port):
                    settings.Port = port;
                    break;
                case "sslmode" when Modes.ContainsKey(value):
                    mode = value;
                    break;
                case "sslrootcert":
                    settings.RootCertificate = value;
                    break;
                default:
                    problem = $"{key}={value}";
                    throw Wrong(problem);
            }
        }

        if (settings.Host is not { Length: > 0 } host || settings.Database is not { Length: > 0 })
            throw Wrong(settings.Host is null ? "no host" : "no database");
        // Beyond this machine nobody else may read along or answer in the server's place.
        settings.SslMode = mode is not null ? Modes[mode] : IsLocal(host) ? SslMode.Prefer : SslMode.VerifyFull;
        return new PostgresAddress(text, settings);

        WeftException Wrong(string found) => new(ErrorKind.InvalidInput, "this is no address of a PostgreSQL database")
        {
            Where = text, Expected = Form, Found = found, Safe = "nothing was touched",
        };
    }

    private static bool IsLocal(string host) =>
        host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
