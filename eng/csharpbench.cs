// What an exported C# file costs and how fast it is by JIT, as a native program and in a browser:
//   dotnet run eng/csharpbench.cs -- [--models small,cnn5] [--without wasm] [--out bench/results/export/csharp.md]
// `small` is the trained network of models/small; any other is a network of the catalog that saw a few images, whose speed is that of a trained one. What is
// timed runs by `chrt -f 50` where that may be used, so that others on the machine hardly count.
#:sdk Microsoft.NET.Sdk.Web
#:package Microsoft.Playwright
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileProviders;
using Microsoft.Playwright;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
string[] known = ["--models", "--without", "--out"];
if (args.Length % 2 != 0 || args.Where((_, i) => i % 2 == 0).FirstOrDefault(name => !known.Contains(name)) is not null)
{
    Console.Error.WriteLine($"csharpbench: options with a value each: {string.Join(", ", known)}");
    return 2;
}

var chromium = Environment.GetEnvironmentVariable("WEFT_CHROMIUM") ?? "/usr/bin/chromium";
var chrt = new[] { "/usr/bin/chrt", "/bin/chrt" }.FirstOrDefault(File.Exists);
if (chrt is not null && Run(chrt, ["-f", "50", "true"], ".", mayFail: true).Code != 0)
    chrt = null;
var folder = Directory.CreateTempSubdirectory("weft-csharpbench-").FullName;
var rows = new List<string>();
try
{
    foreach (var name in Option("--models", "small,cnn5").Split(','))
        await Measure(name);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

var cpu = File.Exists("/proc/cpuinfo")
    ? File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
    : $"{RuntimeInformation.OSArchitecture}";
var page = $"""
    # An exported C# file: size, start and speed

    {DateTime.UtcNow:d MMMM yyyy}, {cpu}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}; `dotnet run eng/csharpbench.cs`.
    One thread computes; {(chrt is null ? "whatever else the machine did went on" : "the machine was shared, and `chrt -f 50` let what was timed go first")}.

    *Start* is the time from the start of a process to its end, in which it classified five pictures, four of them as its self test: the median of five. In the
    browser it is the time until the page can be used, with the files on the same machine. `small` is trained, the others saw a few images.

    | network | as | source | weights | program | start | pictures/s |
    |---|---|---|---|---|---|---|
    {string.Join("\n", rows)}

    *Program* is the assembly, the whole native program, or all that a browser fetches, not packed. By JIT and native, twenty pictures of noise had the
    same bits in every logit and probability; in the browser a test compares the golden images of `small`.

    """;
Console.WriteLine(page);
if (Option("--out", "") is { Length: > 0 } target)
    File.WriteAllText(target, page);
return 0;

async Task Measure(string name)
{
    var project = Path.Combine(folder, name);
    var model = Path.Combine("models", name, "model.safetensors");
    string[] place = ["--runs", Path.Combine(folder, "runs")];
    if (!File.Exists(model))
    {
        Weft(["train", "--model", name, "--name", name, "--epochs", "1", "--set", "data.limit_train=256", "--set", "data.validation_count=100", "--quiet",
            .. place]);
    }

    Weft(["export", File.Exists(model) ? model : name, "--format", "csharp", "--project", "--out", project, .. place]);
    var source = Directory.GetFiles(project, "*Classifier.cs").Single();
    var classifier = Path.GetFileNameWithoutExtension(source);
    var weights = Directory.GetFiles(project, "*.weights").SingleOrDefault();
    var sizes = $"{Size(new FileInfo(source).Length)} | {(weights is null ? "in it" : Size(new FileInfo(weights).Length))}";
    var text = File.ReadAllText(source);
    var length = new[] { "Height", "Width", "Channels" }.Select(part => int.Parse(Regex.Match(text, $@"int {part} = (\d+)").Groups[1].Value))
        .Aggregate((product, part) => product * part);
    var pixels = new byte[20 * length];
    new Random(1).NextBytes(pixels);
    File.WriteAllBytes(Path.Combine(project, "twenty"), pixels);
    File.WriteAllBytes(Path.Combine(project, "one"), pixels[..length]);

    Run("dotnet", ["publish", "-c", "Release", "-v", "quiet", "--nologo", "-o", "native", "-p:PublishAot=true"], project);
    Run("dotnet", ["build", "-c", "Release", "-v", "quiet", "--nologo", "-o", "jit"], project);
    var library = Path.Combine("jit", classifier + ".Program.dll");
    var native = Path.Combine(project, "native", classifier + ".Program");
    Row("JIT", new FileInfo(Path.Combine(project, library)).Length, "dotnet", [library]);
    Row("native", new FileInfo(native).Length, native, []);
    if (!File.ReadAllBytes(Path.Combine(project, "JIT")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(project, "native.floats"))))
        throw new InvalidOperationException($"{name}: JIT and native differ");
    if (Option("--without", "") != "wasm")
        await Wasm();

    void Row(string how, long bytes, string program, string[] first)
    {
        var output = how == "JIT" ? how : how + ".floats";
        Run(program, [.. first, "twenty", output], project);
        var starts = Enumerable.Range(0, 5).Select(_ =>
        {
            var watch = Stopwatch.StartNew();
            Timed(program, [.. first, "one", "floats"], project);
            return watch.Elapsed.TotalMilliseconds;
        }).Order().ToArray();
        var said = Timed(program, first, project);
        rows.Add($"| `{name}` | {how} | {sizes} | {Size(bytes)} | {starts[2]:F0} ms | {Regex.Match(said, @"(\d+) pictures").Groups[1].Value} |");
        Console.WriteLine(rows[^1]);
    }

    async Task Wasm()
    {
        var site = Path.Combine(folder, name + "-site");
        Run("dotnet", ["publish", "samples/Blazor", "-v", "quiet", "--nologo", "-o", site, $"-p:Classifier={classifier}", $"-p:ClassifierFolder={project}",
            "-p:CompressionEnabled=false"], ".");
        var root = Path.Combine(site, "wwwroot");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        server.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(root), StaticFileOptions = { ServeUnknownFileTypes = true } });
        await server.StartAsync();
        var starter = chromium;
        if (chrt is not null)
        {
            starter = Path.Combine(folder, "chromium.sh");
            File.WriteAllText(starter, $"#!/bin/sh\nexec {chrt} -f 50 {chromium} \"$@\"\n");
            Run("chmod", ["+x", starter], ".");
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = starter, Args = ["--no-sandbox", "--disable-gpu"] });
        var starts = new List<double>();
        var speed = "";
        for (var turn = 0; turn < 5; turn++)
        {
            await using var context = await browser.NewContextAsync();
            var tab = await context.NewPageAsync();
            var watch = Stopwatch.StartNew();
            await tab.GotoAsync(server.Urls.Single());
            await tab.Locator("#picture").WaitForAsync(new() { Timeout = 60_000 });
            starts.Add(watch.Elapsed.TotalMilliseconds);
            if (turn < 4)
                continue;
            await tab.Locator("#measure").ClickAsync();
            await Assertions.Expect(tab.Locator("#measured")).ToContainTextAsync("a second", new() { Timeout = 300_000 });
            speed = Regex.Match((await tab.Locator("#measured").TextContentAsync())!, @"([\d.]+) pictures").Groups[1].Value;
        }

        var fetched = Directory.GetFiles(root, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        rows.Add($"| `{name}` | WebAssembly, not compiled ahead | {sizes} | {Size(fetched)} | {starts.Order().ElementAt(2):F0} ms | {speed} |");
        Console.WriteLine(rows[^1]);
    }
}

static string ScriptPath([CallerFilePath] string path = "") => path;

static string Size(long bytes) => bytes >= 1_000_000 ? $"{bytes / 1e6:F1} MB" : $"{bytes / 1e3:F0} kB";

string Option(string name, string usual) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : usual;

static void Weft(string[] words) => Run(Path.GetFullPath(OperatingSystem.IsWindows() ? "weft.cmd" : "weft"), words, ".");

string Timed(string program, string[] words, string place) =>
    chrt is null ? Run(program, words, place).Text : Run(chrt, ["-f", "50", program, .. words], place).Text;

static (int Code, string Text) Run(string program, string[] words, string place, bool mayFail = false)
{
    using var process = Process.Start(new ProcessStartInfo(program, words)
    {
        WorkingDirectory = place, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;
    var error = process.StandardError.ReadToEndAsync();
    var text = process.StandardOutput.ReadToEnd() + error.Result;
    process.WaitForExit();
    return process.ExitCode == 0 || mayFail ? (process.ExitCode, text) : throw new InvalidOperationException($"{program} {string.Join(' ', words)}:\n{text}");
}
