using System.Diagnostics;

namespace Weft.App.Tests;

/// <summary>The real program killed while it replaces an exported file, at moments near the end, when it writes. 500 times: WEFT_EXPORT_KILLS=500.</summary>
public class ExportKillTests(ITestOutputHelper output)
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("WEFT_EXPORT_KILLS") ?? "8");

    [Fact]
    public void A_killed_export_leaves_the_old_file_or_the_new_one_whole()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var (code, screen) = FakeScreen.Run("train", "--data", data.Folder, "--runs", place.At("runs"), "--name", "a", "--epochs", "1", "--batch", "16",
            "--threads", "1", "--set", "data.validation_count=30", "--set", "model.name=cnn5", "--set", "model.width=0.5");
        Assert.True(code == 0, screen.Error);
        Directory.CreateDirectory(place.At("out"));
        var file = place.At("out/a.onnx");
        string Command(int turn) =>
            $"exec $WEFT export a --runs {place.At("runs")} --format onnx --out {file} --threads 1 --quiet {(turn % 2 == 0 ? "--fold" : "")}";
        byte[][] whole = [.. Enumerable.Range(0, 2).Select(turn =>
        {
            Assert.Equal(0, WeftProcess.Shell(Command(turn)).Code);
            return File.ReadAllBytes(file);
        })];
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, WeftProcess.Shell(Command(0)).Code);
        var (time, random, hits, replaced) = (clock.Elapsed, new Random(1), 0, 0);
        for (var turn = 1; hits < Kills && turn < 6 * Kills; turn++)
        {
            var before = File.ReadAllBytes(file);
            using var export = new WeftProcess(Command(turn));
            Thread.Sleep(time * (0.85 + 0.25 * random.NextDouble()));
            export.Send("KILL");
            var isHit = export.End().Code == 137;
            (hits, time) = (hits + (isHit ? 1 : 0), time * (isHit ? 1.03 : 0.93)); // so that about two of three turns hit, wherever the machine is busy
            var after = File.ReadAllBytes(file);
            Assert.True(whole.Any(content => content.AsSpan().SequenceEqual(after)), $"turn {turn}: {after.Length} bytes are neither file");
            replaced += after.AsSpan().SequenceEqual(before) ? 0 : 1;
            Assert.All(Directory.GetFiles(place.At("out")), left => Assert.Contains(Path.GetFileName(left), (string[])["a.onnx", "a.onnx.tmp"]));
        }

        output.WriteLine($"{hits} kills of an export of {time.TotalSeconds:f2} s; the new file was there after {replaced} turns");
        Assert.InRange(hits, Kills, int.MaxValue);
        Assert.Equal(0, WeftProcess.Shell(Command(1)).Code);
        Assert.Equal(whole[1], File.ReadAllBytes(file));
        Assert.Equal(file, Assert.Single(Directory.GetFiles(place.At("out"))));
    }
}
