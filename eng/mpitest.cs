// One network on several processes that MPI started: the same bytes for any number of them, by either library, also when processes are killed at random and
// the run goes on with another number (Linux, with Open MPI's mpirun.openmpi and MPICH's mpirun.mpich):
//   dotnet run eng/mpitest.cs -- --ranks 1,2,3,4,5,7,8 --kills 200 [--shards 8] [--seed 1] [--set key=value] [--weft PATH] [--keep DIR]
// A case is a training that is killed up to four times; after each kill it is resumed by another number of processes, and at the end it is compared byte for
// byte with one that was left in peace.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["ranks"] = "1,2,3,4,5,7,8", ["kills"] = "200", ["shards"] = "8", ["seed"] = "1", ["keep"] = "", ["weft"] = "./weft", ["set"] = "",
    ["launchers"] = "mpirun.openmpi,mpirun.mpich",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"mpitest: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

var weft = Path.GetFullPath(options["weft"]);
var launchers = options["launchers"].Split(',');
int[] ranks = [.. options["ranks"].Split(',').Select(int.Parse)];
var root = options["keep"].Length > 0 ? Directory.CreateDirectory(options["keep"]).FullName : Directory.CreateTempSubdirectory("weft-mpitest-").FullName;
var runs = Path.Combine(root, "runs");
string[] training =
[
    "--model", "small", "--recipe", "none", "--limit-train", "640", "--limit-validation", "200", "--epochs", "4", "--threads", "1", "--batch", "64", "--quiet",
    .. new[]
    {
        $"training.shards={options["shards"]}", "optimizer.name=adamw", "optimizer.clip_norm=1", "training.ema_decay=0.9", "augmentation.shift=0.1",
        "augmentation.mixup=0.2", "checkpoint.every_steps=2", options["set"],
    }.Where(set => set.Length > 0).SelectMany(set => new[] { "--set", set }),
];
var failed = 0;
Console.WriteLine($"alone: {Run(null, 1, ["train", "--name", "alone", .. training])}");
var peace = Files("alone");
foreach (var launcher in launchers)
{
    foreach (var number in ranks)
    {
        var name = $"{launcher.Replace('.', '-')}-{number}";
        var begun = Stopwatch.StartNew();
        var code = Run(launcher, number, ["train", "--name", name, .. training]);
        Judge($"{launcher}, {number} rank{(number == 1 ? "" : "s")}, {begun.Elapsed.TotalSeconds:F0} s", code == 0 && peace == Files(name), code);
    }
}

var random = new Random(int.Parse(options["seed"]));
var (landed, cases, slowest) = (0, 0, 0.0);
for (; landed < int.Parse(options["kills"]); cases++)
{
    var (name, hits, path) = ($"case-{cases}", 0, new StringBuilder());
    string[] command = ["train", "--name", name, .. training];
    int? code = null;
    while (code != 0 && path.Length < 400)
    {
        var (launcher, number) = (launchers[random.Next(launchers.Length)], ranks[random.Next(ranks.Length)]);
        var kill = hits < 4;
        path.Append(CultureInfo.InvariantCulture, $" {number}{(launcher.EndsWith("mpich") ? "m" : "o")}");
        using var process = Begin(launcher, number, command);
        if (kill && Kill(process, name, TimeSpan.FromSeconds(0.2 + 3.5 * random.NextDouble())) is { } seconds)
        {
            hits++;
            slowest = Math.Max(slowest, seconds);
        }

        process.WaitForExit();
        code = process.ExitCode;
        // Before the run was there nothing can be resumed, and the command is given again.
        if (File.Exists(Path.Combine(runs, name, "run.json")))
            command = ["resume", name, "--runs", runs, "--threads", "1", "--quiet"];
    }

    landed += hits;
    Judge($"case {cases}: {hits} kills; ranks{path}", code == 0 && peace == Files(name), code);
}

Console.WriteLine(
    $"{cases} trainings, {landed} kills; a launcher ended at most {slowest:F1} s after a kill; processes left: {Ranks("case-").Count}; {failed} failed");
if (options["keep"].Length == 0)
    Directory.Delete(root, recursive: true);
return failed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

void Judge(string what, bool isSame, int? code)
{
    failed += isSame ? 0 : 1;
    Console.WriteLine($"{what}: {(isSame ? "the same bytes" : $"OTHER BYTES, exit code {code}")}");
}

// Weights, and the rows of the epochs without what depends on time.
string Files(string run)
{
    var folder = Path.Combine(runs, run);
    var rows = File.ReadLines(Path.Combine(folder, "metrics.csv")).Select(line => string.Join(',', line.Split(',')[..7]));
    return string.Join('\n', new[] { "best", "last" }
        .Select(name => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            File.ReadAllBytes(Path.Combine(folder, "checkpoints", $"{name}.safetensors"))))).Concat(rows));
}

int Run(string? launcher, int number, string[] command)
{
    using var process = Begin(launcher, number, command);
    process.WaitForExit();
    return process.ExitCode;
}

Process Begin(string? launcher, int number, string[] command)
{
    if (command[0] == "train")
        command = [.. command, "--runs", runs];
    string[] launch = launcher is null ? [] : [.. launcher == "mpirun.openmpi" ? ["--oversubscribe"] : Array.Empty<string>(), "-np", $"{number}", weft];
    var start = new ProcessStartInfo(launcher ?? weft, [.. launch, .. command]) { RedirectStandardError = true, RedirectStandardOutput = true };
    foreach (var variable in new[] { "OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_mpi_yield_when_idle" })
        start.Environment[variable] = "1";
    var process = Process.Start(start)!;
    process.OutputDataReceived += (_, _) => { };
    process.ErrorDataReceived += (_, _) => { };
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;
}

// Kills one of the ranks; the seconds until the launcher is gone, or null where it ended before.
double? Kill(Process launcher, string name, TimeSpan after)
{
    if (launcher.WaitForExit(after) || Ranks(name) is not { Count: > 0 } living)
        return null;
    using var victim = living[random.Next(living.Count)];
    victim.Kill();
    var begun = Stopwatch.StartNew();
    return launcher.WaitForExit(TimeSpan.FromSeconds(60)) ? begun.Elapsed.TotalSeconds : throw new InvalidOperationException("the job goes on without a rank");
}

// The processes that a launcher started for this run.
static List<Process> Ranks(string name) =>
[
    .. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && Read(id, "cmdline").Contains(name) && Read(id, "environ") is var environment
            && (environment.Contains("OMPI_COMM_WORLD_RANK=") || environment.Contains("PMI_RANK=")))
        .Select(Process.GetProcessById),
];

static string Read(int id, string what)
{
    try
    {
        return File.ReadAllText($"/proc/{id}/{what}");
    }
    catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
    {
        return "";
    }
}
