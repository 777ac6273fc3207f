// Kills `weft study` with SIGKILL again and again, each time starting it anew with the same command, and compares the numbers it ends with with those of a
// study left in peace:
//   dotnet run eng/studytest.cs -- [--kills 3] [--seed 1] [--weft PATH] [-- options of weft study]
// Without options of its own: real data, narrow networks, a few hundred images, two epochs, one seed.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string> { ["kills"] = "3", ["seed"] = "1", ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft" };
var own = args.TakeWhile(argument => argument != "--").ToArray();
string[] study = args.Length > own.Length ? args[(own.Length + 1)..] :
    ["--quick", "--limit-train", "512", "--limit-validation", "200", "--epochs", "2", "--batch", "64", "--set", "model.width=0.125", "--set",
        "checkpoint.every_steps=2"];
for (var i = 0; i < own.Length; i += 2)
{
    if (!own[i].StartsWith("--") || !options.ContainsKey(own[i][2..]) || i + 1 == own.Length)
    {
        Console.Error.WriteLine($"studytest: {own[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[own[i][2..]] = own[i + 1];
}

var root = Directory.CreateTempSubdirectory("weft-studytest-").FullName;
var random = new Random(int.Parse(options["seed"]));
var begun = Stopwatch.StartNew();
if (Run("peace", null) is var peace and not 0)
    return Fail($"the study left in peace ended with {peace}");
begun.Restart(); // again, now that everything is built and in memory, for its time
Directory.Delete(Path.Combine(root, "peace"), recursive: true);
Run("peace", null);
var time = begun.Elapsed;
Console.WriteLine($"left in peace: {time.TotalSeconds:F1} s");
var kills = int.Parse(options["kills"]);
for (var landed = 0; landed < kills;)
{
    var pause = time * (0.05 + random.NextDouble() * 0.8 / kills);
    var code = Run("killed", pause);
    if (code is null)
        Console.WriteLine($"kill {++landed} after {pause.TotalSeconds:F1} s");
    else
        return Fail($"the study ended with {code} before its {kills} kills");
}

if (Run("killed", null) is var last and not 0)
    return Fail($"the study that was killed ended with {last}");
var (left, right) = (Numbers("peace"), Numbers("killed"));
Console.WriteLine(left);
if (left != right)
    return Fail($"other numbers after the kills:\n{right}");
Console.WriteLine($"{kills} kills, the same numbers, the same predictions");
Directory.Delete(root, recursive: true);
return 0;

static string ScriptPath([CallerFilePath] string path = "") => path;

int Fail(string why)
{
    Console.Error.WriteLine($"studytest: {why}\nkept: {root}");
    return 1;
}

// Null: it was killed.
int? Run(string runs, TimeSpan? killAfter)
{
    var start = new ProcessStartInfo(Path.GetFullPath(options["weft"]),
        ["study", .. study, "--runs", Path.Combine(root, runs), "--out", Path.Combine(root, runs, "results"), "--quiet"]) { UseShellExecute = false };
    using var process = Process.Start(start)!;
    if (killAfter is { } pause && !process.WaitForExit(pause))
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return null;
    }

    process.WaitForExit();
    return process.ExitCode;
}

// Everything but times, and every prediction.
string Numbers(string runs)
{
    var results = Path.Combine(root, runs, "results");
    var rows = JsonNode.Parse(File.ReadAllText(Path.Combine(results, "summary.json")))!.AsArray();
    var lines = rows.Select(row => string.Create(CultureInfo.InvariantCulture,
        $"{row!["recipe"]} seed {row["seed"]}: {row["epochs"]} epochs, validation {row["validation_accuracy"]}, test {row["test_accuracy"]}"));
    var tables = Directory.EnumerateFiles(results, "predictions.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file =>
            $"{Path.GetRelativePath(results, file)} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))[..16]}");
    return string.Join('\n', lines.Concat(tables));
}
