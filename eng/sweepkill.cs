// The same sweep for any number of workers and troubles: a sweep is trained by one worker in peace, then by others that are killed with SIGKILL at random
// moments, and trials.csv is compared byte for byte:
//   dotnet run eng/sweepkill.cs -- --workers 1,2,5,8,12 --kills 20 [--trials 40] [--parallel 8] [--seed 1] [--weft PATH] [--keep DIR]
// In a database, a temporary PostgreSQL server of this script's own, where workers are stopped for longer than their lease, too, and the server is killed:
//   dotnet run eng/sweepkill.cs -- --store yes --workers 8 --kills 20 --stops 4 --restarts 4 [--cuts 8]
// With cuts each worker is in a network namespace (root, ip) whose link goes down for 5 to 150 seconds; a lease is 90 s.
// Workers that ended early are started again, as Slurm, Kubernetes or a person would.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["workers"] = "1,2,5,8,12", ["kills"] = "20", ["stops"] = "0", ["restarts"] = "0", ["cuts"] = "0", ["store"] = "no", ["trials"] = "40",
    ["parallel"] = "8", ["epochs"] = "6", ["images"] = "500", ["seed"] = "1", ["keep"] = "", ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"sweepkill: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

var weft = Path.GetFullPath(options["weft"]);
var root = options["keep"].Length > 0 ? Directory.CreateDirectory(options["keep"]).FullName : Directory.CreateTempSubdirectory("weft-sweepkill-").FullName;
var file = Path.Combine(root, "sweep.yaml");
File.WriteAllText(file, $$"""
    method: bayes
    metric: {name: validation_loss, goal: minimize}
    run_cap: {{options["trials"]}}
    parameters:
      model.name: {value: small}
      model.width: {value: 0.25}
      data.limit_train: {value: {{options["images"]}}}
      data.limit_validation: {value: 200}
      training.epochs: {value: {{options["epochs"]}}}
      optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
      optimizer.weight_decay: {distribution: log_uniform_values, min: 1e-6, max: 0.1}
      training.batch_size: {values: [32, 64, 128]}
    early_terminate: {type: asha, min_iter: 1, eta: 3}
    weft: {seed: 3, parallel: {{options["parallel"]}}, retries: 100}
    """);
var links = int.Parse(options["cuts"]) > 0;
using var server = options["store"] == "yes" ? new Server(Path.Combine(root, "server"), links ? Links.Server : null) : null;
var began = Stopwatch.StartNew();
var serial = Peace();
Console.WriteLine($"in peace: {serial.Length} bytes, {serial.Split('\n').Count(line => line.Contains(",pruned,"))} pruned, {began.Elapsed.TotalSeconds:F0} s");
var failed = 0;
foreach (var workers in options["workers"].Split(',').Select(int.Parse))
{
    began.Restart();
    var (what, table) = Disturbed(workers, new Random(int.Parse(options["seed"]) * 1_000_003 + workers));
    var isSame = table == serial;
    failed += isSame ? 0 : 1;
    Console.WriteLine($"{workers} workers, {what}, {began.Elapsed.TotalSeconds:F0} s: {(isSame ? "the same bytes" : "OTHER BYTES")}");
}

server?.Dispose();
if (options["keep"].Length == 0)
    Directory.Delete(root, recursive: true);
return failed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

string[] Places(string name) => ["--sweeps", Path.Combine(root, name, "sweeps"), "--runs", Path.Combine(root, name, "runs"), "--threads", "1", "--quiet"];

string Table(string name) => File.ReadAllText(Path.Combine(root, name, "sweeps", "sweep", "trials.csv"));

string Peace()
{
    using var process = Tool.Begin([weft, "sweep", file, .. Places("peace")]);
    process.WaitForExit();
    return process.ExitCode == 0 ? Table("peace") : throw new InvalidOperationException($"the sweep left in peace ended with {process.ExitCode}");
}

(string What, string Table) Disturbed(int workers, Random random)
{
    var name = $"disturbed-{workers}";
    string[] store = server is null ? [] : ["--store", server.NewDatabase(name)];
    string[] make = [weft, "sweep", file, .. Places(name), .. store, "--workers", "0"];
    using var cuts = links ? new Links(workers) : null;
    Tool.Run(make);
    var crew = new Crew(
        index => [.. cuts?.Inside(index) ?? [], weft, "sweep", "worker", "sweep", .. Places(name), .. store], workers, isStore: server is not null);
    var troubles = new List<(string Name, Action Do)>();
    Add("kills", crew.KillOne);
    Add("stops", crew.StopOne);
    Add("restarts", () => server!.Restart(random.Next(2) == 0));
    Add("cuts", () => cuts!.CutOne(random));
    var planned = troubles.Select(trouble => trouble.Name).CountBy(trouble => trouble).ToList();
    var clock = Stopwatch.StartNew();
    var next = Pause();
    while (crew.IsAtWork(random))
    {
        Thread.Sleep(50);
        if (troubles.Count == 0 || clock.Elapsed < next)
            continue;
        var chosen = random.Next(troubles.Count);
        troubles[chosen].Do();
        troubles.RemoveAt(chosen);
        next = clock.Elapsed + Pause();
    }

    var done = planned.Select(pair => $"{pair.Value - troubles.Count(trouble => trouble.Name == pair.Key)} {pair.Key}");
    Tool.Run(make); // nothing is left to do: it writes the table
    return ($"{string.Join(", ", done)}{crew.Ends}", Table(name));

    void Add(string kind, Action action) => troubles.AddRange(Enumerable.Repeat((kind, action), int.Parse(options[kind])));

    TimeSpan Pause() => TimeSpan.FromSeconds(0.5 + 3 * random.NextDouble());
}

/// <summary>Workers, each of which is started again when it ends before the sweep is over.</summary>
internal sealed class Crew
{
    private static readonly TimeSpan BeyondLease = TimeSpan.FromSeconds(100);

    private readonly Func<int, string[]> _command;
    private readonly bool _isStore;
    private readonly Process?[] _workers;
    private readonly List<(Process Worker, long At)> _stopped = [];
    private readonly SortedDictionary<int, int> _ends = [];
    private Random _random = new(0);

    public Crew(Func<int, string[]> command, int count, bool isStore)
    {
        (_command, _isStore) = (command, isStore);
        _workers = [.. Enumerable.Range(0, count).Select(index => Tool.Begin(command(index)))];
    }

    /// <summary>How workers ended that were started again and not killed.</summary>
    public string Ends => string.Concat(_ends.Select(pair => $", {pair.Value} ended with {pair.Key}"));

    /// <summary>Starts again who ended early, wakes who slept for long enough, and says whether anybody is left.</summary>
    public bool IsAtWork(Random random)
    {
        _random = random;
        foreach (var (worker, at) in _stopped.Where(stopped => Stopwatch.GetElapsedTime(stopped.At) > BeyondLease).ToList())
        {
            Tool.Signal("CONT", worker.Id);
            _stopped.Remove((worker, at));
        }

        foreach (var (index, worker) in _workers.Index().ToList())
        {
            if (worker is not { HasExited: true })
                continue;
            var isOver = worker.ExitCode == 0 || (worker.ExitCode == 60 && !_isStore);
            // In a database a worker may be superseded (62), or begin while it reaches no server (31).
            if (!isOver && worker.ExitCode != 137 && !(_isStore && worker.ExitCode is 62 or 31))
                throw new InvalidOperationException($"a worker ended with {worker.ExitCode}");
            if (worker.ExitCode is 62 or 31)
                _ends[worker.ExitCode] = _ends.GetValueOrDefault(worker.ExitCode) + 1;
            _workers[index] = isOver ? null : Tool.Begin(_command(index));
        }

        return _workers.Any(worker => worker is not null);
    }

    public void KillOne()
    {
        if (Choose() is not { } victim)
            return;
        victim.Kill();
        victim.WaitForExit();
    }

    /// <summary>Stops one for longer than its lease: when it wakes up, another has its trial.</summary>
    public void StopOne()
    {
        if (Choose() is not { } victim)
            return;
        Tool.Signal("STOP", victim.Id);
        _stopped.Add((victim, Stopwatch.GetTimestamp()));
    }

    private Process? Choose()
    {
        var awake = _workers.OfType<Process>().Where(worker => !worker.HasExited && _stopped.All(stopped => stopped.Worker != worker)).ToList();
        return awake.Count == 0 ? null : awake[_random.Next(awake.Count)];
    }
}

/// <summary>A PostgreSQL server in a folder, reached by a socket there or by TCP. It runs as the user postgres where this script runs as root.</summary>
internal sealed class Server : IDisposable
{
    private static readonly string[] AsServer = Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static readonly string Programs = (Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin")) : [])
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).First(folder => File.Exists(Path.Combine(folder, "initdb")));

    private readonly string _folder;
    private readonly string? _host;

    /// <param name="host">The address that it is reached by; null: a socket.</param>
    public Server(string folder, string? host)
    {
        (_folder, _host) = (Directory.CreateDirectory(folder).FullName, host);
        if (!OperatingSystem.IsWindows()) // the server is another user
            File.SetUnixFileMode(Path.GetDirectoryName(_folder)!, (UnixFileMode)0b111_101_101);
        if (AsServer.Length > 0)
            Tool.Run(["chown", "postgres", _folder]);
        Tool.Run([.. AsServer, Path.Combine(Programs, "initdb"), "-D", Data, "--no-sync", "--auth=trust", "--username=weft", "--encoding=UTF8", "--no-locale"]);
        File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), "host all all 10.0.0.0/8 trust\n");
        Start();
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a database and gives its address.</summary>
    public string NewDatabase(string name)
    {
        Tool.Run([.. AsServer, Path.Combine(Programs, "createdb"), "-h", _folder, "-U", "weft", name]);
        return _host is null ? $"postgres://weft@/{name}?host={_folder}" : $"postgres://weft@{_host}/{name}?sslmode=disable";
    }

    /// <summary>Ends it without a word to its clients, or kills it, and starts it again.</summary>
    public void Restart(bool kill)
    {
        if (kill)
        {
            Tool.Signal("KILL", int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First()));
            Thread.Sleep(500); // its children notice, and the next start would refuse before
        }
        else
            Stop();

        Start();
    }

    public void Dispose() => Stop();

    private void Start()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // The address may be there before the server is, and go with the namespaces.
                var listen = _host is null ? "''" : "'*'";
                Tool.Run([.. AsServer, Path.Combine(Programs, "pg_ctl"), "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
                    $"-k {_folder} -c listen_addresses={listen} -c max_connections=100", "start"]);
                return;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                Thread.Sleep(250);
            }
        }
    }

    private void Stop()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            Tool.Run([.. AsServer, Path.Combine(Programs, "pg_ctl"), "-D", Data, "-w", "-m", "immediate", "stop"]);
    }
}

/// <summary>A network namespace for each worker, with a link to a bridge of this machine that goes down and up.</summary>
internal sealed class Links : IDisposable
{
    /// <summary>Where the server is reached.</summary>
    public const string Server = "10.231.7.1";

    private const string Bridge = "weftbr";

    private readonly int _count;
    private readonly List<Task> _cuts = [];

    public Links(int count)
    {
        _count = count;
        Tool.Run(["ip", "link", "add", Bridge, "type", "bridge"]);
        Tool.Run(["ip", "address", "add", $"{Server}/24", "dev", Bridge]);
        Tool.Run(["ip", "link", "set", Bridge, "up"]);
        for (var i = 0; i < count; i++)
        {
            Tool.Run(["ip", "netns", "add", $"weft{i}"]);
            Tool.Run(["ip", "link", "add", $"weftv{i}", "type", "veth", "peer", "name", "eth0", "netns", $"weft{i}"]);
            Tool.Run(["ip", "link", "set", $"weftv{i}", "master", Bridge, "up"]);
            Tool.Run(["ip", "-n", $"weft{i}", "address", "add", $"10.231.7.{10 + i}/24", "dev", "eth0"]);
            Tool.Run(["ip", "-n", $"weft{i}", "link", "set", "eth0", "up"]);
            Tool.Run(["ip", "-n", $"weft{i}", "link", "set", "lo", "up"]);
        }
    }

    /// <summary>What comes before the command of a worker.</summary>
    public string[] Inside(int index) => ["ip", "netns", "exec", $"weft{index}"];

    /// <summary>Cuts one off from the server for a while, sometimes for longer than its lease.</summary>
    public void CutOne(Random random)
    {
        var (link, time) = ($"weftv{random.Next(_count)}", TimeSpan.FromSeconds(5 + 145 * random.NextDouble()));
        Tool.Run(["ip", "link", "set", link, "down"]);
        _cuts.Add(Task.Run(async () =>
        {
            await Task.Delay(time);
            Tool.Run(["ip", "link", "set", link, "up"]);
        }));
    }

    public void Dispose()
    {
        Task.WaitAll([.. _cuts]);
        for (var i = 0; i < _count; i++)
            Tool.Run(["ip", "netns", "delete", $"weft{i}"]);
        Tool.Run(["ip", "link", "delete", Bridge]);
    }
}

/// <summary>Other programs.</summary>
internal static class Tool
{
    public static Process Begin(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..]))!;

    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Run(string[] command)
    {
        // What it says goes nowhere; a server that it leaves behind would keep a pipe of ours open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command]))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}");
    }

    public static void Signal(string name, int process) => Run(["kill", $"-{name}", $"{process}"]);
}
