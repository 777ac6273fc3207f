// What the parts of the recipes for pictures are worth, each left out or changed alone, on a folder of pictures:
//   dotnet run eng/ablations.cs -- --data DIR [--only head|fine-tune] [--splits 0,1] [--case NAME] [--out bench/results/pictures/ablations.md]
// Every case is trained once for each seed of the split; its validation pictures of all splits are counted together, with a 95 % interval. Fine-tuned runs are
// measured after their last epoch, so that no epoch is chosen by the pictures that measure. The head takes seconds, a fine-tuned run minutes.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string> { ["data"] = "", ["only"] = "", ["splits"] = "0", ["case"] = "", ["out"] = "" };
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"ablations: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

if (options["data"].Length == 0)
{
    Console.Error.WriteLine("ablations: --data DIR names a folder of pictures with a folder for each class");
    return 2;
}

(string Kind, string Name, string Line)[] cases =
[
    .. from side in (int[])[112, 160, 224]
       from views in (int[])[1, 2]
       select ("head", $"side {side}, {(views == 1 ? "the picture" : "and its mirror image")}", $"--set picture.side={side} --set head.views={views}"),
    ("fine-tune", "the recipe", ""),
    ("fine-tune", "statistics of norms updated", "--set backbone.norm_statistics=updated"),
    ("fine-tune", "one learning rate, 0.0002", "--set backbone.layer_decay=1 --set optimizer.learning_rate=0.0002"),
    ("fine-tune", "only mirrored and moved", "--set augmentation.preset=none --set augmentation.horizontal_flip=0.5 --set augmentation.shift=0.1"),
    ("fine-tune", "no fitted layer first", "--set head.strength=1000000"),
    ("fine-tune", "the recipe before", "--set backbone.norm_statistics=updated --set backbone.layer_decay=1 --set optimizer.learning_rate=0.0002 "
        + "--set augmentation.preset=none --set augmentation.horizontal_flip=0.5 --set augmentation.shift=0.1"),
];
var runs = Directory.CreateTempSubdirectory("weft-ablations-").FullName;
var table = new StringBuilder("| recipe | changed | accuracy | 95 % interval | pictures | seconds |\n|---|---|---|---|---|---|\n");
foreach (var (kind, name, line) in cases.Where(one => options["only"] is "" || one.Kind == options["only"]).Where(one => one.Name.Contains(options["case"])))
{
    var (correct, count, seconds) = (0.0, 0, 0.0);
    foreach (var split in options["splits"].Split(','))
    {
        var began = Stopwatch.StartNew();
        var run = Path.Combine(runs, $"run-{Directory.GetDirectories(runs).Length}");
        if (!Train($"--data {options["data"]} --recipe pictures/{kind} --set data.split_seed={split} --runs {runs} --name {Path.GetFileName(run)} {line}"))
            return 1;
        seconds += began.Elapsed.TotalSeconds;
        var pictures = (int)JsonNode.Parse(File.ReadAllText(Path.Combine(run, "run.json")))!["data"]!["validation"]!;
        correct += double.Parse(File.ReadLines(Path.Combine(run, "metrics.csv")).Last().Split(',')[5]) * pictures;
        count += pictures;
    }

    var (low, high) = Wilson(correct / count, count);
    var row = $"| {kind} | {name} | {100 * correct / count:F1} % | {100 * low:F1} to {100 * high:F1} % | {count} | {seconds:F0} |";
    Console.WriteLine(row);
    table.Append(row).Append('\n');
}

Directory.Delete(runs, recursive: true);
if (options["out"].Length > 0)
    File.AppendAllText(options["out"], table.ToString());
return 0;

static string ScriptPath([CallerFilePath] string path = "") => path;

static bool Train(string line)
{
    var weft = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft";
    using var process = Process.Start(new ProcessStartInfo(weft, $"train --quiet {line}") { RedirectStandardOutput = true })!;
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0;
}

// The interval of a share among n, as Weft's own (z = 1.96).
static (double Low, double High) Wilson(double share, int n)
{
    const double Z = 1.959964;
    var (centre, spread) = (share + Z * Z / (2 * n), Z * Math.Sqrt(share * (1 - share) / n + Z * Z / (4.0 * n * n)));
    return ((centre - spread) / (1 + Z * Z / n), (centre + spread) / (1 + Z * Z / n));
}
