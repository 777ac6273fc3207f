// Memory of a training, from outside: dotnet run eng/memory.cs -- [--model cnn5] [--batch 128] [--steps 2000] [--save-every 200] [--weft ./weft]
// Trains with saves on the way and reads the process's resident memory as the kernel counts it, beside the step the run's events have reached.
// Says the peak and by how much the process grew after its first tenth; fails if that is over 5 %. Linux only.
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string> { ["model"] = "cnn5", ["batch"] = "128", ["steps"] = "2000", ["save-every"] = "200", ["weft"] = "./weft" };
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"memory: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

const double Allowed = 0.05;
const int Epochs = 4;
var (batch, steps) = (int.Parse(options["batch"]), int.Parse(options["steps"]));
var runs = Directory.CreateTempSubdirectory("weft-memory-").FullName;
try
{
    using var training = Process.Start(new ProcessStartInfo(options["weft"])
    {
        ArgumentList =
        {
            "train", "--model", options["model"], "--epochs", $"{Epochs}",
            "--limit-train", $"{Math.Max(1, steps / Epochs) * batch}", "--limit-validation", "500",
            "--set", $"training.batch_size={batch}", "--set", $"checkpoint.every_steps={options["save-every"]}", "--runs", runs, "--name", "memory", "--quiet",
        },
    })!;
    var samples = new List<(long Step, double Megabytes)>();
    while (!training.WaitForExit(500))
    {
        if (ReachedStep() is { } step && Resident(training.Id) is { } megabytes)
            samples.Add((step, megabytes));
    }

    if (training.ExitCode != 0 || samples.Count < 10)
    {
        Console.Error.WriteLine($"memory: the training ended with {training.ExitCode} after {samples.Count} samples");
        return 1;
    }

    var first = samples.First(sample => sample.Step >= steps / 10);
    var last = samples[^1];
    foreach (var sample in samples.Where((_, i) => i % Math.Max(1, samples.Count / 12) == 0))
        Console.WriteLine($"step {sample.Step,6}  {sample.Megabytes:F1} MB");
    var growth = last.Megabytes / first.Megabytes - 1;
    Console.WriteLine($"peak {samples.Max(sample => sample.Megabytes):F1} MB; from step {first.Step} to {last.Step}: {growth:+0.0 %;-0.0 %;0.0 %}");
    return growth <= Allowed ? 0 : 1;
}
finally
{
    Directory.Delete(runs, recursive: true);
}

static string ScriptPath([CallerFilePath] string path = "") => path;

// The launcher hands over to the program within the same process or starts it as a child: the largest of the family is the training.
static double? Resident(int process)
{
    var family = new List<int> { process };
    for (var i = 0; i < family.Count; i++)
    {
        if (File.Exists($"/proc/{family[i]}/task/{family[i]}/children"))
            family.AddRange(File.ReadAllText($"/proc/{family[i]}/task/{family[i]}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(int.Parse));
    }

    var sizes = family.Select(Kilobytes).Where(size => size > 0).ToList();
    return sizes.Count == 0 ? null : sizes.Max() / 1024;
}

static double Kilobytes(int process)
{
    try
    {
        var status = File.ReadAllText($"/proc/{process}/status");
        return double.Parse(Regex.Match(status, @"VmRSS:\s+(\d+)") is { Success: true } match ? match.Groups[1].Value : "0");
    }
    catch (IOException)
    {
        return 0; // it ended meanwhile
    }
}

long? ReachedStep()
{
    var path = Path.Combine(runs, "memory", "events.jsonl");
    if (!File.Exists(path))
        return null;
    using var events = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    events.Seek(-Math.Min(2000, events.Length), SeekOrigin.End);
    var tail = new StreamReader(events).ReadToEnd();
    return Regex.Matches(tail, "\"step\":(\\d+)") is { Count: > 0 } matches ? long.Parse(matches[^1].Groups[1].Value) : null;
}
