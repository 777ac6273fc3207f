using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Weft.Training.Tests;

namespace Weft.Postgres.Tests;

/// <summary>
/// A real server in a temporary folder, reached by a socket there. It runs as the user postgres where the tests run as root, which it refuses.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string Superuser = "weft";

    // Debian's own tools in a folder for each version, else those on the path.
    private static readonly string? Programs = (Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin")) : [])
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

    private static readonly bool IsRoot = OperatingSystem.IsLinux() && Environment.UserName == "root";

    private readonly TemporaryFolder? _folder;
    private int _databases;

    public PostgresServer()
    {
        if (Programs is null)
            return;
        _folder = new TemporaryFolder();
        if (IsRoot)
            Run("chown", ["postgres", _folder.Path]);
        Run(Tool("initdb"), ["-D", Data, "--no-sync", "--auth=trust", $"--username={Superuser}", "--encoding=UTF8", "--no-locale"], asServer: true);
        Start();
    }

    private string Data => _folder!.In("data");

    /// <summary>Skips the test where there is no server, and says why.</summary>
    public void Require() => Assert.SkipWhen(_folder is null, "PostgreSQL's initdb is not installed: no test of the store in a database ran");

    /// <summary>The address of a database that nobody else uses.</summary>
    internal PostgresAddress NewDatabase()
    {
        Require();
        var name = $"sweeps{Interlocked.Increment(ref _databases)}";
        Execute("postgres", $"create database {name}");
        return AddressOf(name);
    }

    internal PostgresAddress AddressOf(string database) => PostgresAddress.Parse($"postgres://{Superuser}@/{database}?host={_folder!.Path}");

    /// <summary>Starts it and waits until it answers.</summary>
    // What a crash of the machine could lose is not tested, so nothing has to be on the device.
    public void Start() => Run(Tool("pg_ctl"),
        ["-D", Data, "-w", "-l", _folder!.In("log"), "-o", $"-k {_folder.Path} -c listen_addresses='' -c fsync=off -c max_connections=60", "start"],
        asServer: true);

    /// <summary>Ends it without a word to its clients; what was committed is recovered at the next start.</summary>
    public void StopAtOnce() => Run(Tool("pg_ctl"), ["-D", Data, "-w", "-m", "immediate", "stop"], asServer: true);

    /// <summary>Kills the first of its processes, as the system does when memory runs out; the others end when they notice.</summary>
    public void Kill()
    {
        using var process = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture));
        process.Kill();
        process.WaitForExit();
        // The next start would refuse as long as one of them lives.
        while (Process.GetProcesses().Any(other => IsOfServer(other.Id)))
            Thread.Sleep(20);
    }

    /// <summary>Runs a statement as its owner.</summary>
    internal void Execute(string database, string statement)
    {
        using var connection = new NpgsqlConnection(AddressOf(database).Settings.ConnectionString + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        if (_folder is null)
            return;
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            StopAtOnce();
        _folder.Dispose();
    }

    private bool IsOfServer(int process)
    {
        try
        {
            return new DirectoryInfo($"/proc/{process}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName == Data;
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
        catch (UnauthorizedAccessException)
        {
            return false; // another user's
        }
    }

    private static string Tool(string name) => Path.Combine(Programs!, name);

    private static void Run(string program, string[] arguments, bool asServer = false)
    {
        string[] user = asServer && IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        string[] command = [.. user, program, .. arguments];
        // Without a shell in between; the server inherits no pipe of ours, on which we would wait for it.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command])
        {
            WorkingDirectory = "/",
        })!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}");
    }
}
