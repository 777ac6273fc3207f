// How good the search methods are on known functions, next to Optuna's on the same ones:
//   dotnet run eng/searchquality.cs -- [--seeds 100] [--processes 2] [--python /usr/bin/python3] [--optuna FOLDER] [--keep FOLDER] [--out FOLDER]
// Each search has 60 trials, of which the first is a default far from the minimum. Ours run in the tests' program (SearchQualityTests), Optuna's in
// bench/peers/search.py: that of the python given, 3.1 in Debian's python3-optuna, which has no Gaussian process, and that of a checkout of its repository.
// --keep names where the logs are; those of an earlier run that was stopped are taken as they are, and with --seeds 0 there are no others.
// Writes bench/results/search/<date>.md: the median regret, how often it is below that of random draws with the same seed, and the ratio to the median of
// Optuna's same sampler on the same seeds. Exit 1 where a target is missed: a ratio of 1.1, better than random in 95 % of the seeds.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["seeds"] = "100", ["processes"] = "2", ["python"] = "/usr/bin/python3", ["optuna"] = "", ["keep"] = "", ["out"] = "bench/results/search",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"searchquality: {args[i]} is no option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

var (seeds, processes) = (int.Parse(options["seeds"]), int.Parse(options["processes"]));
var folder = options["keep"].Length > 0 ? Path.GetFullPath(options["keep"]) : Directory.CreateTempSubdirectory("weft-searchquality-").FullName;
Directory.CreateDirectory(folder);
if (seeds > 0)
    Run("dotnet", ["build", "tests/Weft.Training.Tests", "-c", "Release", "-v", "q", "-clp:NoSummary"], [], null);
var program = "Weft.Training.Tests" + (OperatingSystem.IsWindows() ? ".exe" : "");
var tests = Path.GetFullPath(Path.Combine("artifacts", "bin", "Weft.Training.Tests", "release", program));
var peer = Path.GetFullPath(Path.Combine("bench", "peers", "search.py"));

var work = new List<(string Log, Action<string> Run)>();
const int Portion = 10;
for (var first = 0; first < seeds; first += Portion)
{
    var (from, to) = ($"{first}", $"{Math.Min(first + Portion, seeds) - 1}");
    work.Add(($"weft-{from}-{to}", log => Run(
        tests, ["-class", "*SearchQualityTests"], [("WEFT_SEARCH_SEEDS", $"{from}-{to}"), ("WEFT_SEARCH_LOG", log)], null)));
    work.Add(($"optuna-tpe-{from}-{to}", log => Run(options["python"], [peer, "tpe", from, to], [], log)));
    if (options["optuna"] is not { Length: > 0 } checkout)
        continue;
    foreach (var method in new[] { "tpe", "gp" })
        work.Add(($"optuna-checkout-{method}-{from}-{to}", log => Run(options["python"], [peer, method, from, to], [("PYTHONPATH", checkout)], log)));
}

Parallel.ForEach(work, new ParallelOptions { MaxDegreeOfParallelism = processes }, job =>
{
    var log = Path.Combine(folder, job.Log + ".txt");
    if (File.Exists(log))
        return;
    job.Run(log + ".part");
    File.Move(log + ".part", log);
    Console.WriteLine(job.Log);
});

// (function, method) → seed → best
var best = new Dictionary<(string Function, string Method), SortedDictionary<int, double>>();
var defaults = new Dictionary<string, double>();
foreach (var log in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal))
{
    var version = "";
    foreach (var words in File.ReadLines(log).Select(line => line.Split(' ')))
    {
        if (words is ["version", var number])
            version = number + " ";
        else if (words is ["default", var name, var value])
        {
            // Both sides have to search the same functions.
            var known = double.Parse(value);
            if (Math.Abs(defaults.GetValueOrDefault(name, known) - known) > 1e-9 * Math.Max(1, Math.Abs(known)))
                throw new InvalidOperationException($"{name} is {defaults[name]} and {known} at the default");
            defaults[name] = known;
        }
        else if (words is [var function, var method, var seed, var regret])
        {
            var key = (function, version + method);
            (best.TryGetValue(key, out var row) ? row : best[key] = [])[int.Parse(seed)] = double.Parse(regret);
        }
    }
}

var text = new StringBuilder();
var missed = 0;
text.AppendLine("| function | method | seeds | median regret | quarter below | quarter above | better than random | median of Optuna's same, ratio |")
    .AppendLine("|---|---|---:|---:|---:|---:|---:|---|");
foreach (var ((function, method), row) in best.Where(entry => !entry.Key.Method.Contains(' ')).OrderBy(entry => entry.Key.Function, StringComparer.Ordinal))
{
    var random = best[(function, "random")];
    var wins = row.Count(entry => entry.Value < random[entry.Key]) / (double)row.Count;
    text.Append($"| {function} | {method} | {row.Count} | {Quantile(row, 0.5):G3} | {Quantile(row, 0.25):G3} | {Quantile(row, 0.75):G3} | ");
    text.Append(method == "random" ? "| " : $"{wins:P0} | ");
    var peers = new List<string>();
    foreach (var ((_, other), theirs) in best.Where(entry => entry.Key.Function == function && entry.Key.Method.EndsWith(" " + method)))
    {
        // Of the seeds that both have.
        var same = new SortedDictionary<int, double>(row.Where(entry => theirs.ContainsKey(entry.Key)).ToDictionary());
        var ratio = Quantile(same, 0.5) / Quantile(theirs, 0.5);
        peers.Add($"{other.Split(' ')[0]}: {Quantile(theirs, 0.5):G3} of {theirs.Count}, {ratio:F2}");
        missed += ratio > 1.1 ? 1 : 0;
    }

    text.AppendLine($"{string.Join("; ", peers)} |");
    missed += method is "tpe" or "gp" && wins < 0.95 ? 1 : 0;
}

var most = best.Values.Max(row => row.Count);
var machine = File.Exists("/proc/cpuinfo")
    ? File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name")).Split(": ")[1]
    : RuntimeInformation.ProcessArchitecture.ToString();
var file = Path.Combine(options["out"], $"{DateTime.UtcNow:yyyy-MM-dd}.md");
Directory.CreateDirectory(options["out"]);
File.WriteAllText(file, $"""
    # Search methods on known functions, {DateTime.UtcNow:yyyy-MM-dd}

    {machine}, {Environment.ProcessorCount} cores; `dotnet run eng/searchquality.cs -- --seeds {most} --optuna FOLDER --keep FOLDER`.
    60 trials, the first at a default far from the minimum; regret is the best value less the function's minimum. {missed} targets are missed: a median of
    at most 1.1 times that of Optuna's same sampler, better than random draws of the same seed in at least 95 % of the seeds.

    {text}
    """.ReplaceLineEndings("\n"));
Console.Write(text);
Console.WriteLine($"{missed} targets are missed; {file}");
if (options["keep"].Length == 0)
    Directory.Delete(folder, recursive: true);
return missed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

static double Quantile(SortedDictionary<int, double> row, double share)
{
    double[] sorted = [.. row.Values.Order()];
    var place = share * (sorted.Length - 1);
    var below = (int)place;
    return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
}

static void Run(string program, string[] arguments, (string Name, string Value)[] environment, string? output)
{
    var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
    foreach (var (name, value) in environment)
        start.Environment[name] = value;
    using var process = Process.Start(start)!;
    var said = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{said}");
    if (output is not null)
        File.WriteAllText(output, said);
}
