// The long forms of the tests that damage inputs on purpose: every reader against inputs that are wrong, every command against run folders that are damaged.
//   dotnet run eng/fuzz.cs -- readers --count 1000000 [--from 1]     so many for all documents together, and as many pictures
//   dotnet run eng/fuzz.cs -- runs --count 10000 [--from 1]
// Each input is a function of its seed; a failure names the seed, and --from SEED --count 1 repeats it. Build first: dotnet run eng/dev.cs build
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var kind = args.FirstOrDefault() ?? "";
if (kind is not ("readers" or "runs"))
{
    Console.Error.WriteLine("fuzz: dotnet run eng/fuzz.cs -- readers|runs [--count N] [--from SEED]");
    return 2;
}

var count = Option("--count", kind == "readers" ? "1000000" : "10000");
var from = Option("--from", "1");
var (project, tests, variable) = kind == "readers"
    ? ("Weft.Training.Tests", new[] { "ReaderFuzzTests", "PictureFuzzTests" }, "WEFT_FUZZ")
    : ("Weft.App.Tests", ["MutatedRunsTests"], "WEFT_MUTANTS");
var program = Path.Combine("artifacts", "bin", project, "release", project + (OperatingSystem.IsWindows() ? ".exe" : ""));
if (!File.Exists(program))
{
    Console.Error.WriteLine($"fuzz: {program} is missing; build first: dotnet run eng/dev.cs build");
    return 2;
}

var begun = Stopwatch.StartNew();
var start = new ProcessStartInfo(program, ["-noColor", "-showLiveOutput", .. tests.SelectMany(test => new[] { "-class", $"{project}.{test}" })]);
start.Environment[variable] = count;
start.Environment[variable + "_FROM"] = from;
using var process = Process.Start(start)!;
process.WaitForExit();
var verdict = process.ExitCode == 0 ? "only results and our own errors" : "FAILED";
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {count} from seed {from} in {begun.Elapsed.TotalMinutes:F1} min: {verdict}"));
return process.ExitCode;

static string ScriptPath([CallerFilePath] string path = "") => path;

string Option(string name, string usual) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : usual;
