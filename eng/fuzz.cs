// The long forms of the tests that damage inputs on purpose: every reader against inputs that are wrong, every command against run folders that are damaged.
//   dotnet run eng/fuzz.cs -- readers --count 1000000 [--batch 5000] [--from 1] [--only TEXT] [--out FILE.md]     so many for all readers together
//   dotnet run eng/fuzz.cs -- runs --count 10000 [--from 1]
// Each input is a function of its reader and seed. Readers run in child processes, a batch each, in a fresh folder in which nothing may be left: 256 MB of
// managed and 512 MB of all memory, and 2 s of processor time for an input. However a child ends, the reader and the seed it was at are known:
// --only READER'S TEST --from SEED --count 1 repeats it. Build first: dotnet run eng/dev.cs build
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
return args.FirstOrDefault() switch
{
    "readers" => Readers(),
    "runs" => Runs(),
    _ => Usage("dotnet run eng/fuzz.cs -- readers|runs [--count N] [--from SEED]; readers also [--batch N] [--only TEXT] [--out FILE.md]"),
};

int Runs()
{
    var (count, from) = (Option("--count", "10000"), Option("--from", "1"));
    if (TestProgram("Weft.App.Tests") is not { } program)
        return 2;
    var begun = Stopwatch.StartNew();
    var start = new ProcessStartInfo(program, ["-noColor", "-showLiveOutput", "-class", "Weft.App.Tests.MutatedRunsTests"]);
    (start.Environment["WEFT_MUTANTS"], start.Environment["WEFT_MUTANTS_FROM"]) = (count, from);
    using var process = Process.Start(start)!;
    process.WaitForExit();
    Console.WriteLine($"runs: {count} from seed {from} in {begun.Elapsed.TotalMinutes:F1} min: "
        + (process.ExitCode == 0 ? "only results and our own errors" : "FAILED"));
    return process.ExitCode;
}

int Readers()
{
    var (count, only) = (int.Parse(Option("--count", "1000000")), Option("--only", ""));
    var (batch, from) = (Math.Min(count, int.Parse(Option("--batch", "5000"))), int.Parse(Option("--from", "1")));
    var tests = new List<(string Program, string Method)>();
    foreach (var project in new[] { "Weft.Pictures.Tests", "Weft.Training.Tests", "Weft.Interchange.Tests", "Weft.App.Tests" })
    {
        if (TestProgram(project) is not { } program)
            return 2;
        tests.AddRange(Methods(program).Where(method => method.Contains(only, StringComparison.OrdinalIgnoreCase)).Select(method => (program, method)));
    }

    if (tests.Count == 0)
        return Usage($"no reader's test has \"{only}\" in its name");
    var begun = Stopwatch.StartNew();
    var table = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
    var failures = new List<string>();
    for (var seed = from; table.Values.Sum(tally => tally.Inputs) < count && tests.Count > 0; seed += batch)
    {
        foreach (var (program, method) in tests.ToArray())
        {
            if (Child(program, method, batch, seed, table) is not { } failure)
                continue;
            failures.Add(failure);
            Console.WriteLine(failure);
            tests.Remove((program, method)); // the rest goes on
        }

        Console.WriteLine($"to seed {seed + batch - 1:N0}: {table.Values.Sum(tally => tally.Inputs):N0} inputs in {begun.Elapsed.TotalMinutes:F1} min");
    }

    var text = Report(table, failures, begun.Elapsed);
    Console.WriteLine(text);
    if (Option("--out", "") is { Length: > 0 } file)
        File.WriteAllText(file, text);
    return failures.Count == 0 ? 0 : 1;
}

// What went wrong; null where nothing did.
string? Child(string program, string method, int count, int from, SortedDictionary<string, Tally> table)
{
    var folder = Directory.CreateTempSubdirectory("weft-fuzz-").FullName;
    var (log, work) = (Directory.CreateDirectory(Path.Combine(folder, "log")).FullName, Directory.CreateDirectory(Path.Combine(folder, "work")).FullName);
    try
    {
        var start = new ProcessStartInfo(program, ["-noColor", "-parallelMode", "none", "-method", method])
        {
            WorkingDirectory = work, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in new (string, string)[]
        {
            ("WEFT_FUZZ", $"{count}"), ("WEFT_FUZZ_FROM", $"{from}"), ("WEFT_FUZZ_LOG", log), ("DOTNET_GCHeapHardLimit", "0x10000000"),
            ("DOTNET_EnableDiagnostics", "0"), ("TMPDIR", work), ("TMP", work), ("HOME", work), ("XDG_CACHE_HOME", work),
        })
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(60)))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        foreach (var file in Directory.GetFiles(log, "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var reader = document.RootElement.GetProperty("reader").GetString()!;
            table[reader] = (table.GetValueOrDefault(reader) ?? new Tally()).With(document.RootElement);
        }

        string[] left = [.. Directory.GetFileSystemEntries(work, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(work, path))];
        if (process.ExitCode == 0)
            return left.Length == 0 ? null : $"FAILED {method}: files were left: {string.Join(", ", left.Take(5))}";
        var place = Path.Combine(log, "place") is var path && File.Exists(path) ? Encoding.ASCII.GetString(File.ReadAllBytes(path)).Split('\n') : ["?", "?"];
        return $"FAILED {method} with {process.ExitCode}: reader {place[0]}, seed {place[1]}\n"
            + string.Join('\n', (output.Result + errors.Result).Split('\n').Where(line => line.Trim().Length > 0).TakeLast(40));
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

string Report(SortedDictionary<string, Tally> table, List<string> failures, TimeSpan time)
{
    var text = new StringBuilder();
    text.AppendLine($"| reader ({table.Count}) | inputs | read | refused | as | slowest input, ms | most memory of an input, MB | process, MB |")
        .AppendLine("|---|---:|---:|---:|---|---:|---:|---:|");
    foreach (var (reader, tally) in table)
    {
        text.AppendLine($"| {reader} | {tally.Inputs:N0} | {tally.Read:N0} | {tally.Refused.Values.Sum():N0} "
            + $"| {string.Join(", ", tally.Refused.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Key} {kind.Value:N0}"))} "
            + $"| {tally.Slowest:F0} | {tally.Largest / 1e6:F1} | {tally.Peak / 1e6:F0} |");
    }

    var all = table.Values.ToArray();
    return text.AppendLine()
        .AppendLine($"{all.Sum(tally => tally.Inputs):N0} inputs in {time.TotalMinutes:F0} min: {all.Sum(tally => tally.Read):N0} were read and "
            + $"{all.Sum(tally => tally.Refused.Values.Sum()):N0} refused; {failures.Count} failed.").ToString();
}

IEnumerable<string> Methods(string program)
{
    string[] arguments = ["-noLogo", "-trait", "Fuzz=reader", "-list", "methods"];
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
    var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    process.WaitForExit();
    return lines.Where(line => line.StartsWith("Weft.", StringComparison.Ordinal));
}

static string? TestProgram(string project)
{
    var program = Path.GetFullPath(Path.Combine("artifacts", "bin", project, "release", project + (OperatingSystem.IsWindows() ? ".exe" : "")));
    if (File.Exists(program))
        return program;
    Console.Error.WriteLine($"fuzz: {program} is missing; build first: dotnet run eng/dev.cs build");
    return null;
}

static int Usage(string text)
{
    Console.Error.WriteLine($"fuzz: {text}");
    return 2;
}

static string ScriptPath([CallerFilePath] string path = "") => path;

string Option(string name, string usual) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : usual;

/// <summary>What became of a reader's inputs.</summary>
internal sealed record Tally
{
    public long Read { get; private init; }

    public SortedDictionary<string, long> Refused { get; private init; } = new(StringComparer.Ordinal);

    public double Slowest { get; private init; }

    public long Largest { get; private init; }

    public long Peak { get; private init; }

    public long Inputs => Read + Refused.Values.Sum();

    public Tally With(JsonElement child)
    {
        var refused = new SortedDictionary<string, long>(Refused, StringComparer.Ordinal);
        foreach (var kind in child.GetProperty("refused").EnumerateObject())
            refused[kind.Name] = refused.GetValueOrDefault(kind.Name) + kind.Value.GetInt64();
        return new Tally
        {
            Read = Read + child.GetProperty("read").GetInt64(), Refused = refused,
            Slowest = Math.Max(Slowest, child.GetProperty("slowest_milliseconds").GetDouble()),
            Largest = Math.Max(Largest, child.GetProperty("largest_bytes").GetInt64()), Peak = Math.Max(Peak, child.GetProperty("peak_bytes").GetInt64()),
        };
    }
}
