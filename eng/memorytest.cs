// Trains, resumes, evaluates and predicts under memory limits of a control group: dotnet run eng/memorytest.cs -- [--weft ./weft] [--from 40] [--to 400]
// Each command ends well, or with 42 and the numbers; never killed (137), crashed (134, 139) or stuck. The command that a refused training is told to run
// instead is run under the same limit and has to end well. Needs root, Linux, and a control group for memory (version 1, or version 2 that lets groups be
// made); where there is none it says so and ends with 77.
#:property PublishAot=false
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string> { ["weft"] = "./weft", ["from"] = "40", ["to"] = "400" };
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"memorytest: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

const int Skipped = 77;
const int Patience = 15 * 60; // seconds; far longer than any of these takes
int[] limits = [40, 60, 80, 100, 130, 160, 200, 250, 300, 350, 400];
if (ControlGroup() is not { } group)
{
    Console.Error.WriteLine("SKIPPED: no control group for memory can be made here; nothing was tested");
    return Skipped;
}

var weft = Path.GetFullPath(options["weft"]);
var root = Directory.CreateTempSubdirectory("weft-memorytest-").FullName;
var data = Path.Combine(root, "data");
var (done, refused, failed) = (0, 0, 0);
try
{
    WriteData(data, 40_000); // 31 MB of images, as many as matter
    const string Quick = "--limit-train 600 --limit-validation 100 --epochs 1 --threads 2";
    foreach (var model in new[] { "cnn4", "cnn5" })
    {
        Free($"train --data {data} --runs {root}/runs --name {model} --model {model} {Quick} --quiet --set training.batch_size=16");
        var picture = Path.Combine(data, "t10k-images-idx3-ubyte");
        foreach (var limit in limits.Where(limit => limit >= int.Parse(options["from"]) && limit <= int.Parse(options["to"])))
        {
            Try(limit, $"train --data {data} --runs {root}/{model}-{limit} --model {model} {Quick}");
            Try(limit, $"train --data {data} --runs {root}/{model}-{limit} --model {model} {Quick} --set training.batch_size=16");
            Try(limit, $"eval {model} --runs {root}/runs --threads 2");
            Try(limit, $"predict {model} {picture} --runs {root}/runs --threads 2 --quiet");
            Try(limit, $"resume {model} --runs {root}/runs --threads 2");
            Try(limit, $"runs --runs {root}/runs");
        }
    }
}
finally
{
    Directory.Delete(group);
    Directory.Delete(root, recursive: true);
}

Console.WriteLine($"{done} ended well, {refused} refused with numbers, {failed} wrong");
return failed == 0 ? 0 : 1;

static string ScriptPath([CallerFilePath] string path = "") => path;

void Free(string line)
{
    if (Run(line, null) is { Code: not 0 } wrong)
        throw new InvalidOperationException($"without a limit, {line} ended with {wrong.Code}:\n{wrong.Text}");
}

void Try(int limit, string line, bool isAdvice = false)
{
    var (code, text) = Run(line, limit);
    var hasNumbers = Regex.IsMatch(text, @"error\[42 out-of-memory\]") && Regex.IsMatch(text, @"\d MB");
    var wrong = isAdvice ? code != 0 : !(code == 0 || (code == 42 && hasNumbers));
    Console.WriteLine($"{limit,4} MB  {code,3}{(wrong ? " WRONG" : "")}  {(isAdvice ? "as advised: " : "")}{line.Replace(root, "…")}");
    if (wrong)
        Console.WriteLine(text);
    else if (code == 42)
        Console.WriteLine("              " + text.Split('\n').First(each => each.StartsWith("error[")));
    done += code == 0 ? 1 : 0;
    refused += code == 42 && !wrong ? 1 : 0;
    failed += wrong ? 1 : 0;
    if (Regex.Match(text, @"^  do +weft (.*)$", RegexOptions.Multiline) is { Success: true } advice && !isAdvice)
        Try(limit, advice.Groups[1].Value, isAdvice: true);
}

(int Code, string Text) Run(string line, int? limit)
{
    var enter = limit is null ? "" : $"echo $$ > {group}/cgroup.procs && ";
    if (limit is { } megabytes)
        File.WriteAllText(File.Exists($"{group}/memory.max") ? $"{group}/memory.max" : $"{group}/memory.limit_in_bytes", $"{megabytes * 1_000_000L}");
    var command = $"{enter}exec timeout -s KILL {Patience} {weft} {line}";
    using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    var output = process.StandardOutput.ReadToEndAsync();
    var error = process.StandardError.ReadToEndAsync();
    process.WaitForExit();
    return (process.ExitCode, output.Result + error.Result);
}

// A group within the one this process is in, so that no limit that holds already is left.
static string? ControlGroup()
{
    if (!File.Exists("/proc/self/cgroup"))
        return null;
    foreach (var line in File.ReadAllLines("/proc/self/cgroup"))
    {
        var parts = line.Split(':', 3);
        var top = parts[1].Split(',').Contains("memory") ? "/sys/fs/cgroup/memory" : parts[1].Length == 0 ? "/sys/fs/cgroup" : null;
        if (top is null)
            continue;
        var group = $"{top}{parts[2].TrimEnd('/')}/weft-test-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(group);
            if (File.Exists($"{group}/memory.limit_in_bytes") || File.Exists($"{group}/memory.max"))
                return group;
            Directory.Delete(group);
        }
        catch (Exception unavailable) when (unavailable is IOException or UnauthorizedAccessException)
        {
        }
    }

    return null;
}

static void WriteData(string folder, int trainCount)
{
    const int Size = 28;
    const int Classes = 10;
    Directory.CreateDirectory(folder);
    foreach (var (part, count) in new[] { ("train", trainCount), ("t10k", 200) })
    {
        var images = new byte[16 + count * Size * Size];
        var labels = new byte[8 + count];
        foreach (var (file, numbers) in new[] { (images, new[] { 0x803, count, Size, Size }), (labels, new[] { 0x801, count }) })
        {
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
        }

        var random = new Random(count);
        random.NextBytes(images.AsSpan(16));
        for (var i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % Classes);
            images.AsSpan(16 + i * Size * Size + i % Classes * 2 * Size, 3 * Size).Fill(250);
        }

        File.WriteAllBytes(Path.Combine(folder, part + "-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(folder, part + "-labels-idx1-ubyte"), labels);
    }
}
