// Kills trainings with SIGKILL at random moments, every second time within the first second, or fills their disk; repeats the command or resumes them, as a
// person would, and compares what they end with, byte for byte, with the same training left in peace:
//   dotnet run eng/killtest.cs -- --kills 50 [--disks 0] [--seed 1] [--most 4] [--case N] [--weft PATH] [--keep DIR]
// A case is one training with up to --most kills; cases are run until --kills of them have hit a living process. Then --disks trainings begin on a disk of a
// random size that is too small (Linux, as root). A failure prints the line that repeats it.
#:property PublishAot=false
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["kills"] = "50",
    ["disks"] = "0",
    ["seed"] = "1",
    ["most"] = "4",
    ["case"] = "",
    ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft",
    ["keep"] = "",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"killtest: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

// Batch norm, dropout, augmentation, momentum and moments, schedules that look back, early stopping, saves inside and between epochs.
string[][] trainings =
[
    ["model.name=small", "model.width=0.25", "model.dropout=0.2", "optimizer.name=sgd", "schedule.name=one_cycle", "checkpoint.every_steps=3",
        "augmentation.shift=0.1"],
    ["model.name=cnn4", "model.width=0.0625", "optimizer.name=adam", "schedule.name=cosine", "early_stopping.patience=1", "checkpoint.every_seconds=0.05"],
    ["model.name=cnn5", "model.width=0.0625", "optimizer.name=adamw", "schedule.name=reduce_on_plateau", "schedule.patience=0", "checkpoint.every_steps=1",
        "augmentation.mixup=0.2"],
];
var kills = int.Parse(options["kills"]);
var seed = int.Parse(options["seed"]);
var most = int.Parse(options["most"]);
var weft = Path.GetFullPath(options["weft"]);
var root = options["keep"].Length > 0 ? Directory.CreateDirectory(options["keep"]).FullName : Directory.CreateTempSubdirectory("weft-killtest-").FullName;
var data = Path.Combine(root, "data");
WriteData(data);
var peace = new (string Folder, TimeSpan Time)?[trainings.Length];
var (landed, cases, failed) = (0, 0, 0);
for (var number = options["case"].Length > 0 ? int.Parse(options["case"]) : 0; landed < kills; number++)
{
    var kind = number % trainings.Length;
    peace[kind] ??= LeftInPeace(kind);
    var (hits, difference) = Tortured(number, kind, peace[kind]!.Value.Folder, peace[kind]!.Value.Time);
    (landed, cases) = (landed + hits, cases + 1);
    Console.WriteLine($"case {number}: {hits} kills, {difference ?? "identical"}");
    if (difference is not null)
    {
        failed++;
        Console.WriteLine($"SEED={seed} CASE={number}   dotnet run eng/killtest.cs -- --seed {seed} --case {number} --most {most} --kills 1 --keep kept");
    }

    if (options["case"].Length > 0)
        break;
}

Console.WriteLine($"{cases} trainings, {landed} kills, {cases - failed} of {cases} ended with the same bytes");
var disks = int.Parse(options["disks"]);
var (full, wrong) = (0, 0);
for (var number = 0; number < disks; number++)
{
    var kind = number % trainings.Length;
    peace[kind] ??= LeftInPeace(kind);
    var (refused, difference) = OnASmallDisk(number, kind, peace[kind]!.Value.Folder);
    full += refused;
    if (difference is null)
        continue;
    wrong++;
    Console.WriteLine($"disk {number}: {difference}");
}

if (disks > 0)
    Console.WriteLine($"{disks} small disks, {full} times full, {disks - wrong} of {disks} ended with the same bytes");
failed += wrong;
if (options["keep"].Length == 0)
    Directory.Delete(root, recursive: true);
return failed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

(string, TimeSpan) LeftInPeace(int kind)
{
    var runs = Path.Combine(root, $"peace-{kind}");
    var begun = Stopwatch.StartNew();
    var (code, output) = Run(Train(kind, runs), killAfter: null);
    if (code != 0)
        throw new InvalidOperationException($"the training left in peace ended with {code}:\n{output}");
    begun.Restart(); // again, now that everything is built and in memory, for its time
    Directory.Delete(runs, recursive: true);
    Run(Train(kind, runs), killAfter: null);
    return (Path.Combine(runs, "run"), begun.Elapsed);
}

(int Hits, string? Difference) Tortured(int number, int kind, string peaceful, TimeSpan time)
{
    var random = new Random(seed * 1_000_003 + number);
    var runs = Path.Combine(root, $"case-{number}");
    var run = Path.Combine(runs, "run");
    var hits = 0;
    for (var attempt = 0; ; attempt++)
    {
        var arguments = Directory.Exists(run) ? ["resume", "run", "--runs", runs, "--threads", $"{1 + random.Next(3)}", "--quiet"] : Train(kind, runs);
        var early = TimeSpan.FromSeconds(random.NextDouble());
        var (code, output) = Run(arguments, attempt >= most ? null : (number + attempt) % 2 == 0 ? early : time * (random.NextDouble() * 1.05));
        if (code == 0)
            break;
        if (code is null)
            hits++;
        else
            return (hits, $"{string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    var difference = Compare(peaceful, run);
    if (difference is null && options["keep"].Length == 0)
        Directory.Delete(runs, recursive: true);
    return (hits, difference);
}

// The disk grows a little each time it was full, until the training ends.
(int Refused, string? Difference) OnASmallDisk(int number, int kind, string peaceful)
{
    var random = new Random(seed * 1_000_033 + number);
    var place = Directory.CreateDirectory(Path.Combine(root, $"disk-{number}")).FullName;
    var needed = Directory.EnumerateFiles(peaceful, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length + 4096);
    var size = (long)(needed * random.NextDouble());
    Call("mount", "-t", "tmpfs", "-o", $"size={Math.Max(4096, size)}", "tmpfs", place);
    try
    {
        var run = Path.Combine(place, "run");
        for (var refused = 0; ; refused++)
        {
            string[] arguments = Directory.Exists(run) ? ["resume", "run", "--runs", place, "--quiet"] : Train(kind, place);
            var (code, output) = Run(arguments, killAfter: null);
            if (code == 0)
                return (refused, Compare(peaceful, run));
            if (code != 40 || !output.Contains("error[40 disk-full]"))
                return (refused, $"{string.Join(' ', arguments)} ended with {code}:\n{output}");
            if (!Directory.Exists(run) && Directory.EnumerateFileSystemEntries(place).Any(path => !Path.GetFileName(path).StartsWith('.')))
                return (refused, "something is left where no run could be made");
            size += needed / 4 + 8192;
            Call("mount", "-o", $"remount,size={size}", place);
        }
    }
    finally
    {
        Call("umount", place);
    }
}

static void Call(string program, params string[] arguments)
{
    using var process = Process.Start(program, arguments);
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
}

string[] Train(int kind, string runs) =>
[
    "train", "--data", data, "--runs", runs, "--name", "run", "--recipe", "none", "--epochs", "3", "--threads", "2", "--quiet", "--set",
        "training.batch_size=48",
    "--set", "training.seed=" + (seed + kind), .. trainings[kind].SelectMany(set => new[] { "--set", set }),
];

// Null: it was killed.
(int? Code, string Output) Run(string[] arguments, TimeSpan? killAfter)
{
    using var process =
        Process.Start(new ProcessStartInfo(weft, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
    var output = process.StandardOutput.ReadToEndAsync();
    var error = process.StandardError.ReadToEndAsync();
    if (killAfter is { } pause && !process.WaitForExit(pause))
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return (null, "");
    }

    process.WaitForExit();
    return (process.ExitCode, output.Result + error.Result);
}

static string? Compare(string left, string right)
{
    foreach (var name in new[] { "checkpoints/last.safetensors", "checkpoints/best.safetensors" })
    {
        if (!File.ReadAllBytes(Path.Combine(left, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(right, name))))
            return $"{name} differs";
    }

    // The columns that do not depend on time.
    if (!Rows(left).SequenceEqual(Rows(right)))
        return "metrics.csv differs";
    return Steps(left).SequenceEqual(Steps(right)) ? null : "the steps in events.jsonl differ";

    static IEnumerable<string> Rows(string run) => File.ReadLines(Path.Combine(run, "metrics.csv")).Select(line => string.Join(',', line.Split(',')[..7]));

    static IEnumerable<string> Steps(string run) => File.ReadLines(Path.Combine(run, "events.jsonl"))
        .Where(line => line.Contains("\"type\":\"step\""))
        .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!)
        .Select(step => $"{step["epoch"]} {step["step"]} {step["loss"]} {step["accuracy"]} {step["learning_rate"]}");
}

static void WriteData(string folder)
{
    const int Size = 28;
    const int Classes = 10;
    Directory.CreateDirectory(folder);
    foreach (var (part, count) in new[] { ("train", 600), ("t10k", 20) })
    {
        var images = new byte[16 + count * Size * Size];
        var labels = new byte[8 + count];
        foreach (var (file, numbers) in new[] { (images, new[] { 0x803, count, Size, Size }), (labels, new[] { 0x801, count }) })
        {
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
        }

        var random = new Random(count);
        for (var i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % Classes);
            for (var p = 0; p < Size * Size; p++)
                images[16 + i * Size * Size + p] = (byte)((p / Size / 3 == i % Classes ? 120 : 0) + random.Next(120));
        }

        File.WriteAllBytes(Path.Combine(folder, part + "-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(folder, part + "-labels-idx1-ubyte"), labels);
    }
}
