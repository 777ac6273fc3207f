// The same sweep for any number of workers and kills: a sweep is trained by one worker in peace, then by others that are killed with SIGKILL at random moments,
// and trials.csv is compared byte for byte:
//   dotnet run eng/sweepkill.cs -- --workers 1,2,5,8,12 --kills 20 [--trials 40] [--parallel 8] [--seed 1] [--weft PATH] [--keep DIR]
// Workers that were killed are started again, as Slurm, Kubernetes or a person would.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["workers"] = "1,2,5,8,12", ["kills"] = "20", ["trials"] = "40", ["parallel"] = "8", ["seed"] = "1", ["keep"] = "",
    ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft",
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
      data.limit_train: {value: 500}
      data.limit_validation: {value: 200}
      training.epochs: {value: 6}
      optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
      optimizer.weight_decay: {distribution: log_uniform_values, min: 1e-6, max: 0.1}
      training.batch_size: {values: [32, 64, 128]}
    early_terminate: {type: asha, min_iter: 1, eta: 3}
    weft: {seed: 3, parallel: {{options["parallel"]}}, retries: 100}
    """);
var serial = Peace();
Console.WriteLine($"in peace: {serial.Length} bytes, {serial.Split('\n').Count(line => line.Contains(",pruned,"))} pruned");
var failed = 0;
foreach (var workers in options["workers"].Split(',').Select(int.Parse))
{
    var (kills, seconds, table) = Killed(workers, int.Parse(options["kills"]), new Random(int.Parse(options["seed"]) * 1_000_003 + workers));
    var isSame = table == serial;
    failed += isSame ? 0 : 1;
    Console.WriteLine($"{workers} workers, {kills} kills, {seconds:F0} s: {(isSame ? "the same bytes" : "OTHER BYTES")}");
}

if (options["keep"].Length == 0)
    Directory.Delete(root, recursive: true);
return failed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

string[] Places(string name) => ["--sweeps", Path.Combine(root, name, "sweeps"), "--runs", Path.Combine(root, name, "runs"), "--threads", "1", "--quiet"];

string Table(string name) => File.ReadAllText(Path.Combine(root, name, "sweeps", "sweep", "trials.csv"));

string Peace()
{
    using var process = Begin(["sweep", file, .. Places("peace")]);
    process.WaitForExit();
    return process.ExitCode == 0 ? Table("peace") : throw new InvalidOperationException($"the sweep left in peace ended with {process.ExitCode}");
}

(int Kills, double Seconds, string Table) Killed(int workers, int kills, Random random)
{
    var name = $"killed-{workers}";
    // The sweep is made by the first command, which is stopped at once; from then on there are workers only.
    using (var maker = Begin(["sweep", file, .. Places(name), "--budget", "0.001s"]))
        maker.WaitForExit();
    var begun = Stopwatch.StartNew();
    string[] work = ["sweep", "worker", "sweep", .. Places(name)];
    var running = Enumerable.Range(0, workers).Select(_ => Begin(work)).ToList();
    var (killed, next) = (0, Pause());
    while (running.Count > 0)
    {
        Thread.Sleep(50);
        foreach (var ended in running.Where(process => process.HasExited).ToList())
        {
            running.Remove(ended);
            if (ended.ExitCode is not (0 or 60 or 137))
                throw new InvalidOperationException($"a worker ended with {ended.ExitCode}");
        }

        if (killed < kills && running.Count > 0 && begun.Elapsed > next)
        {
            var victim = running[random.Next(running.Count)];
            victim.Kill();
            victim.WaitForExit();
            killed += victim.ExitCode == 137 ? 1 : 0;
            running.Remove(victim);
            running.Add(Begin(work));
            next = begun.Elapsed + Pause();
        }
    }

    using (var last = Begin(["sweep", file, .. Places(name)]))
        last.WaitForExit(); // nothing is left to do: it writes the table
    return (killed, begun.Elapsed.TotalSeconds, Table(name));

    TimeSpan Pause() => TimeSpan.FromSeconds(0.5 + 3 * random.NextDouble());
}

Process Begin(string[] arguments) => Process.Start(new ProcessStartInfo(weft, arguments))!;
