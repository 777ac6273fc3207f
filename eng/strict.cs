// Whether Winograd's rounding costs accuracy: trains the same seeds with it and in strict mode, in turns, and compares what they reach on the validation
// images:
//   dotnet run eng/strict.cs -- [--model cnn5] [--epochs 3] [--seeds 5] [--runs runs/strict] [--weft ./weft] [--out bench/results]
// Says each pair, the mean difference and its 95 % interval (Student's t over the pairs), and writes bench/results/<date>-strict-<model>.md.
// Fails if the interval does not contain 0. Stopped at any moment and started again, it goes on where it was.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["model"] = "cnn5", ["epochs"] = "3", ["seeds"] = "5", ["runs"] = "runs/strict", ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd"
        : "./weft", ["out"] = "bench/results",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"strict: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

// 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom.
double[] quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
var (epochs, seeds) = (int.Parse(options["epochs"]), int.Parse(options["seeds"]));
if (seeds < 2 || seeds > quantiles.Length + 1)
{
    Console.Error.WriteLine($"strict: --seeds is {seeds}; expected 2 to {quantiles.Length + 1}");
    return 2;
}

var pairs = new List<(Reached Winograd, Reached Strict)>();
for (var seed = 1; seed <= seeds; seed++)
{
    // The first of a pair changes from seed to seed, so that neither always meets the quieter machine.
    var (winograd, strict) = (default(Reached), default(Reached));
    foreach (var isStrict in seed % 2 == 1 ? new[] { false, true } : [true, false])
    {
        if (Train(seed, isStrict) is not { } reached)
            return 1;
        (winograd, strict) = isStrict ? (winograd, reached) : (reached, strict);
    }

    pairs.Add((winograd, strict));
    Console.WriteLine(
        $"seed {seed}: winograd {winograd.Accuracy:P2}, strict {strict.Accuracy:P2}, difference {winograd.Accuracy - strict.Accuracy:+0.00 %;-0.00 %}");
}

var (low, mean, high) = Interval(pairs.Select(pair => pair.Winograd.Accuracy - pair.Strict.Accuracy));
var alike = low <= 0 && high >= 0;
var verdict = $"Winograd minus strict: {Points(mean)} points of validation accuracy (95 % interval {Points(low)} to {Points(high)}): "
    + (alike ? "they cannot be told apart." : "they differ.");
Console.WriteLine(verdict);
Save();
return alike ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

static string Points(double fraction) => (100 * fraction).ToString("+0.00;-0.00");

// What the last epoch reached; null if the training failed.
Reached? Train(int seed, bool isStrict)
{
    var name = $"{options["model"]}-{(isStrict ? "strict" : "winograd")}-s{seed}";
    var metrics = Path.Combine(options["runs"], name, "metrics.csv");
    if (Lines(metrics).Length <= epochs)
    {
        string[] words = Directory.Exists(Path.Combine(options["runs"], name))
            ? ["resume", name]
            : ["train", "--model", options["model"], "--epochs", $"{epochs}", "--seed", $"{seed}", "--set", $"training.strict={(isStrict ? "true" : "false")}",
                "--name", name];
        using var weft = Process.Start(new ProcessStartInfo(options["weft"], [.. words, "--runs", options["runs"], "--quiet"]))!;
        weft.WaitForExit();
        if (weft.ExitCode != 0)
        {
            Console.Error.WriteLine($"strict: the training {name} ended with {weft.ExitCode}");
            return null;
        }
    }

    var lines = Lines(metrics);
    var (header, last) = (lines[0].Split(','), lines[^1].Split(','));
    double Value(string key) => double.Parse(last[Array.IndexOf(header, key)]);
    var speeds = lines[1..].Select(line => double.Parse(line.Split(',')[Array.IndexOf(header, "images_per_second")])).Order().ToArray();
    return new Reached(Value("validation_accuracy"), Value("validation_loss"), speeds[speeds.Length / 2]);
}

static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];

(double Low, double Mean, double High) Interval(IEnumerable<double> differences)
{
    var values = differences.ToArray();
    var mean = values.Average();
    var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    var half = quantiles[values.Length - 2] * deviation / Math.Sqrt(values.Length);
    return (mean - half, mean, mean + half);
}

// As the first run's record says it.
string Machine()
{
    var machine = JsonNode.Parse(File.ReadAllText(Path.Combine(options["runs"], $"{options["model"]}-winograd-s1", "run.json")))!["machine"]!;
    return $"{machine["processor"]}, {machine["threads"]} threads, {machine["vector_bits"]}-bit vectors, {machine["runtime"]}, {machine["operating_system"]}";
}

void Save()
{
    var date = DateTime.UtcNow.ToString("yyyy-MM-dd");
    var text = new StringBuilder(
        $"# Winograd beside strict mode, {date}\n\n{options["model"]}, {epochs} epochs, all training images; validation accuracy and loss of the last epoch, "
        + $"images per second (median epoch).\n{Machine()}.\n\n");
    text.Append("| seed | Winograd | loss | images/s | strict | loss | images/s | difference (points) |\n|---|---|---|---|---|---|---|---|\n");
    foreach (var (seed, (winograd, strict)) in pairs.Index())
    {
        text.Append($"| {seed + 1} | {winograd.Accuracy:P2} | {winograd.Loss:F4} | {winograd.Speed:F0} | {strict.Accuracy:P2} | {strict.Loss:F4} | "
            + $"{strict.Speed:F0} ")
            .Append($"| {Points(winograd.Accuracy - strict.Accuracy)} |\n");
    }

    text.Append($"\n{verdict}\n\nMade by:\n\n```\ndotnet run eng/strict.cs -- --model {options["model"]} --epochs {epochs} --seeds {seeds}\n```\n");
    Directory.CreateDirectory(options["out"]);
    var path = Path.Combine(options["out"], $"{date}-strict-{options["model"]}.md");
    File.WriteAllText(path, text.ToString());
    Console.WriteLine($"written to {path}");
}

internal readonly record struct Reached(double Accuracy, double Loss, double Speed);
