// The one developer script: dotnet run eng/dev.cs build | test | check | timing | exports | size | bench | pack | publish
// check is what a change must pass before its tests: format, build (warnings are errors), the sources' rules, fast tests, ladders.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

var root = Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!;
Directory.SetCurrentDirectory(root);

return args.FirstOrDefault() switch
{
    "build" => Build(),
    "test" => Run("./test.sh"),
    "check" => Check(),
    "timing" => Timing(),
    "exports" => Exports(),
    "size" => Run(TestProgram("Weft.Source.Tests"), "-class", "Weft.Source.Tests.SizeTests", "-showLiveOutput"),
    "bench" => Bench(args[1..]),
    "api" => Api(),
    "pack" => Pack(args.ElementAtOrDefault(1) ?? "artifacts/package"),
    "publish" => Publish(args is [_, .. var runtimes] and not [_] ? runtimes : [RuntimeInformation.RuntimeIdentifier]),
    _ => Usage(),
};

static string ScriptPath([CallerFilePath] string path = "") => path;

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run eng/dev.cs COMMAND
          build            builds everything, Release
          test             ./test.sh
          check            format, build, the sources' rules, fast tests, ladders; .ci/run begins with it
          timing           tests that measure time, one by one; run them on an idle machine
          exports          the long form of the tests of exported files: 200 networks, all of PyTorch's, 500 kills
          size             lines of code and public types, room by room
          bench [kernels] [train|infer …]   weft bench, or the kernels' table
          api              takes the public surface as it is now for the frozen one: PublicAPI.Shipped.txt of each library
          pack [FOLDER]    the packages and the tool, into artifacts/package
          publish [RID …]  weft as one file that needs no .NET, into artifacts/publish/RID: linux-x64 linux-arm64 win-x64 osx-arm64 …; without: this machine's
        """);
    return 2;
}

static int Build() => Run("dotnet", "build", "Weft.slnx", "-c", "Release", "--disable-build-servers", "-v", "quiet");

static int Check()
{
    // A developer's check takes what is mended out of the lists of what is allowed; CI only reads them.
    if (Environment.GetEnvironmentVariable("CI") is null)
        Environment.SetEnvironmentVariable("WEFT_SHORTEN_LISTS", "1");
    return InTurn(
        ("restore", () => Run("dotnet", "restore", "Weft.slnx", "-v", "quiet")),
        ("format", () => Run("dotnet", "format", "whitespace", "Weft.slnx", "--verify-no-changes", "--no-restore")),
        ("build", Build),
        ("benchmarks", () => Run("dotnet", "build", "bench/Weft.Benchmarks", "-c", "Release", "--disable-build-servers", "-v", "quiet")),
        ("sources", () => Run(TestProgram("Weft.Source.Tests"))),
        ("fast tests", () => Run(TestProgram("Weft.Tests"), "-class", "Weft.Tests.TinyTests")),
        ("ladders", () => Run(TestProgram("Weft.Lab.Tests"))));
}

static int Timing() => InTurn([("build", Build), .. Directory.GetDirectories("tests", "*.Tests").Select(Path.GetFileName).Order(StringComparer.Ordinal)
    .Select(name => (name!, (Func<int>)(() => Run(TestProgram(name!), "-trait", "lane=timing", "-parallelMode", "none", "-showLiveOutput"))))]);

static int Exports()
{
    foreach (var (name, value) in new[] { ("WEFT_ONNX_NETWORKS", "200"), ("WEFT_ONNX_PEERS", "17 all"), ("WEFT_EXPORT_KILLS", "500") })
        Environment.SetEnvironmentVariable(name, value);
    return InTurn(
        ("build", Build),
        ("formats", () => Run(TestProgram("Weft.Interchange.Tests"), "-class", "Weft.Interchange.Tests.Onnx.*", "-showLiveOutput")),
        ("kills", () => Run(TestProgram("Weft.App.Tests"), "-class", "Weft.App.Tests.ExportKillTests", "-showLiveOutput")));
}

static int InTurn(params (string Name, Func<int> Do)[] steps)
{
    foreach (var (name, step) in steps)
    {
        Console.WriteLine($"== {name}");
        if (step() is var code and not 0)
        {
            Console.Error.WriteLine($"failed at: {name}");
            return code;
        }
    }
    return 0;
}

static int Bench(string[] arguments) => arguments is ["kernels", ..]
    ? Run("dotnet", ["run", "-c", "Release", "--project", "bench/Weft.Benchmarks", "--", .. arguments[1..]])
    : Run(OperatingSystem.IsWindows() ? "weft.cmd" : "./weft", ["bench", .. arguments.Length > 0 ? arguments : ["train", "--model", "cnn5"]]);

// The analyzer's own fix writes what is missing into PublicAPI.Unshipped.txt; what is there is then moved to the list of what has been shipped.
static int Api()
{
    foreach (var library in new[] { "Weft", "Weft.Pictures", "Weft.Training", "Weft.Interchange" })
    {
        var (shipped, unshipped) = ($"src/{library}/PublicAPI.Shipped.txt", $"src/{library}/PublicAPI.Unshipped.txt");
        File.WriteAllText(shipped, "#nullable enable\n");
        File.WriteAllText(unshipped, "#nullable enable\n");
        if (Run("dotnet", "format", "analyzers", $"src/{library}/{library}.csproj", "--diagnostics", "RS0016", "--severity", "info") is var code and not 0)
            return code;
        File.Move(unshipped, shipped, overwrite: true);
        File.WriteAllText(unshipped, "#nullable enable\n");
    }
    return 0;
}

// Project by project: what is packed nowhere, tests and samples, is neither restored nor built.
static int Pack(string folder) => InTurn([.. new[] { "Weft", "Weft.Pictures", "Weft.Training", "Weft.Interchange", "Weft.App" }
    .Select(room => (room, (Func<int>)(() =>
        Run("dotnet", "pack", $"src/{room}/{room}.csproj", "-c", "Release", "--disable-build-servers", "-v", "quiet", "-o", folder))))]);

static int Publish(string[] runtimes)
{
    foreach (var runtime in runtimes)
    {
        var (made, wanted) = ($"artifacts/single/publish/{runtime}", $"artifacts/publish/{runtime}");
        string[] how = ["-c", "Release", "--disable-build-servers", "-v", "quiet", "-r", runtime, "-p:SingleFile=true", "-o", made];
        if (Run("dotnet", ["publish", "src/Weft.App/Weft.App.csproj", .. how]) is var code and not 0)
            return code;
        // The program is the one file of the output; the project cannot give it this name, for weft.dll and Weft.dll are one file on Windows.
        var ending = runtime.StartsWith("win", StringComparison.Ordinal) ? ".exe" : "";
        Directory.CreateDirectory(wanted);
        File.Copy(Path.Combine(made, "Weft.App" + ending), Path.Combine(wanted, "weft" + ending), overwrite: true);
        Console.WriteLine($"{wanted}/weft{ending}  {new FileInfo(Path.Combine(wanted, "weft" + ending)).Length / 1e6:F1} MB");
    }
    return 0;
}

static string TestProgram(string name) => Path.Combine("artifacts", "bin", name, "release", OperatingSystem.IsWindows() ? name + ".exe" : name);

static int Run(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
    process.WaitForExit();
    return process.ExitCode;
}
