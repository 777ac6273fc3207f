using System.Diagnostics;
using System.Globalization;

namespace Weft.App.Tests;

/// <summary>
/// Every command that reads runs, against run folders that were damaged at random. Whatever stands there, a command ends soon, with an exit code of the
/// contract that is not 1, and the studio answers without a 500.
/// <c>WEFT_MUTANTS=10000</c> makes the long form of it, <c>WEFT_MUTANTS_FROM</c> says at which seed it begins: <c>dotnet run eng/fuzz.cs -- runs</c>.
/// </summary>
public sealed class MutatedRunsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // of a command that takes a fraction of a second: a hang, not a slow machine

    private readonly TinyData _data = new(train: 30, test: 12);
    private readonly TempFolder _runs = new();

    public void Dispose()
    {
        _data.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public async Task No_damage_to_a_run_is_a_bug_of_ours()
    {
        var count = Number("WEFT_MUTANTS", 60);
        var from = Number("WEFT_MUTANTS_FROM", 1);
        File.WriteAllText(
            _runs.At("net.yaml"),
            "layers:\n  - conv2d: {output_channels: 3, kernel: 3}\n  - batch_norm2d\n  - relu\n  - global_average_pool\n  - linear: classes\n");
        var (code, screen) = FakeScreen.Run(
            "train", "--data", _data.Folder, "--runs", _runs.At("original"), "--name", "r", "--model", _runs.At("net.yaml"), "--recipe", "none",
            "--epochs", "3", "--threads", "1", "--set", "training.batch_size=8", "--quiet");
        Assert.True(code == 0, screen.Error);
        Assert.Equal(0, Run("eval", "r", "--runs", _runs.At("original")).Code);
        Assert.Equal(0, Run("report", "r", "--runs", _runs.At("original")).Code);

        var failures = new List<string>();
        var codes = new SortedDictionary<int, int>();
        var mutants = _runs.At("mutants");
        await using var studio = await StudioServer.Start(new StudioOptions { Runs = mutants, ShownRuns = "mutants", Port = 0, Failed = _ => { } });
        using var browser = new HttpClient { BaseAddress = studio.Address, Timeout = Patience };
        var longest = (Time: TimeSpan.Zero, What: "");
        for (var seed = from; seed < from + count; seed++)
        {
            var run = Path.Combine(mutants, "r");
            Copy(_runs.At("original/r"), run);
            var what = new RunMutator(run, seed).Mutate();
            foreach (var command in Commands(mutants))
            {
                var begun = Stopwatch.GetTimestamp();
                var (ended, error) = Run(command);
                var time = Stopwatch.GetElapsedTime(begun);
                longest = time > longest.Time ? (time, $"seed {seed}: {string.Join(' ', command)}") : longest;
                codes[ended] = codes.GetValueOrDefault(ended) + 1;
                if (ended is 1 or < 0 or > 143)
                    failures.Add($"seed {seed} ({what}): {string.Join(' ', command.Take(2))} ended with {ended}: {error}");
            }

            foreach (var page in new[] { "/", "/runs/r" })
            {
                using var answer = await browser.GetAsync(page, TestContext.Current.CancellationToken);
                if ((int)answer.StatusCode >= 500
                    && !(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("cannot be read"))
                    failures.Add($"seed {seed} ({what}): the studio's {page} answers {(int)answer.StatusCode}");
            }

            Directory.Delete(mutants, recursive: true);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} mutants from seed {from}; exit codes {string.Join(", ", codes.Select(entry => $"{entry.Key}: {entry.Value}"))}; "
            + $"longest {longest.Time.TotalSeconds:F1} s, {longest.What}");
        Assert.True(failures.Count == 0, $"{failures.Count} failures, the first of them:\n{string.Join('\n', failures.Take(40))}");
    }

    private static IEnumerable<string[]> Commands(string runs) =>
    [
        ["runs", "--runs", runs], ["runs", "show", "r", "--runs", runs], ["config", "diff", "r", "r", "--runs", runs],
        ["eval", "r", "--runs", runs, "--threads", "1"],
        ["compare", "r", "r", "--runs", runs], ["report", "r", "--runs", runs, "--threads", "1"],
        ["track", "r", "--to", "tensorboard", "--runs", runs, "--dir", Path.Combine(runs, "..", "tracked")],
        ["predict", "r", Path.Combine(runs, "r", "run.json"), "--runs", runs, "--threads", "1"], ["resume", "r", "--runs", runs, "--threads", "1"],
    ];

    // On a thread of its own, so that a hang is seen.
    private static (int Code, string Error) Run(params string[] arguments)
    {
        (int, FakeScreen)? result = null;
        var thread = new Thread(() => result = FakeScreen.Run([.. arguments, "--quiet"])) { IsBackground = true };
        thread.Start();
        return thread.Join(Patience) ? (result!.Value.Item1, result.Value.Item2.Error) : (int.MaxValue, $"no end within {Patience}");
    }

    private static int Number(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : usual;

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(folder.Replace(from, to));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(from, to));
    }
}
