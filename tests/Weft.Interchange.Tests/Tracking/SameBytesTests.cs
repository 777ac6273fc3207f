using Weft.Training;

namespace Weft.Interchange.Tests;

/// <summary>The files of a run are the same bytes, however they came about.</summary>
public sealed class SameBytesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<TrackingTarget> FileTargets => [TrackingTarget.Wandb, TrackingTarget.TensorBoard];

    [Theory, MemberData(nameof(FileTargets))]
    public void Live_and_afterwards_give_the_same_files(TrackingTarget target)
    {
        var events = FakeRun.Training(5).ToList();
        var run = new FakeRun(_folder.In("runs"));
        using (run.Own())
        using (var live = LiveTracking.Start(run.Folder, [target], Options.For(_folder.In("live")), goOn: false))
        {
            foreach (var chunk in events.Chunk(4))
            {
                run.Append(chunk);
                Thread.Sleep(15);
            }

            var report = Assert.Single(live.Finish());
            Assert.Null(report.Problem);
            Assert.True(report.IsComplete);
            Assert.Equal(events.Count, report.Events);
        }

        RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("after")), goOn: false);
        AssertSame(Files("after"), Files("live"));
    }

    [Theory, MemberData(nameof(FileTargets))]
    public void A_hand_over_torn_at_any_byte_goes_on_to_the_same_files(TrackingTarget target)
    {
        var run = new FakeRun(_folder.In("runs"));
        run.Append(FakeRun.Training(2));
        RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("torn")), goOn: false);
        var whole = Files("torn");
        var (name, bytes) = whole.Single(file => file.Key.EndsWith(".wandb", StringComparison.Ordinal) || file.Key.Contains("tfevents"));
        for (var length = 0; length <= bytes.Length; length += 53)
        {
            Directory.Delete(_folder.In("torn"), recursive: true);
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.In("torn", name))!);
            File.WriteAllBytes(_folder.In("torn", name), bytes[..length]);
            RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("torn")), goOn: true);
            AssertSame(whole, Files("torn"));
        }
    }

    [Theory, MemberData(nameof(FileTargets))]
    public void Events_torn_at_any_byte_are_handed_over_up_to_the_last_whole_one_and_go_on_after_a_resume(TrackingTarget target)
    {
        var first = string.Concat(FakeRun.Training(2, reason: null).Select(FakeRun.Line));
        var second = FakeRun.Training(4, firstEpoch: 3, fromSecond: 600).ToList();
        for (var length = 200; length <= first.Length; length += 177)
        {
            var name = $"run-{length}";
            var run = new FakeRun(_folder.In("runs"), name);
            run.AppendText(first[..length]);
            var killed = RunTracking.HandOver(run.Reader, target, Options.For(_folder.In(name)), goOn: false);
            Assert.True(killed.IsComplete);
            Assert.Equal(first[..length].Count(letter => letter == '\n'), killed.Events);
            var before = Files(name);

            File.WriteAllText(run.Folder.EventsFile, first[..(first[..length].LastIndexOf('\n') + 1)]); // what a resuming process does first
            run.Append(second);
            RunTracking.HandOver(run.Reader, target, Options.For(_folder.In(name)), goOn: true);
            RunTracking.HandOver(run.Reader, target, Options.For(_folder.In(name + "-at-once")), goOn: false);
            AssertSame(Files(name + "-at-once"), Files(name));
            var after = Files(name);
            Assert.All(before.Where(file => !file.Key.EndsWith("config.yaml", StringComparison.Ordinal)), file => Assert.Equal(file.Value, after[file.Key]));
        }
    }

    [Theory, MemberData(nameof(FileTargets))]
    public void A_second_hand_over_is_refused_and_going_on_changes_nothing(TrackingTarget target)
    {
        var run = new FakeRun(_folder.In("runs"));
        run.Append(FakeRun.Training(2));
        RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("out")), goOn: false);
        var before = Files("out");
        Assert.Equal(ErrorKind.InvalidInput,
            Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("out")), goOn: false)).Kind);
        RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("out")), goOn: true);
        AssertSame(before, Files("out"));
    }

    [Theory, MemberData(nameof(FileTargets))]
    public void A_file_that_says_something_else_is_not_touched(TrackingTarget target)
    {
        var run = new FakeRun(_folder.In("runs"));
        run.Append(FakeRun.Training(2));
        RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("out")), goOn: false);
        var file = Directory.GetFiles(_folder.In("out"), "*", SearchOption.AllDirectories)
            .Single(path => path.EndsWith(".wandb", StringComparison.Ordinal) || path.Contains("tfevents"));
        var bytes = File.ReadAllBytes(file)[..^30];
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        var refused = Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, target, Options.For(_folder.In("out")), goOn: true));
        Assert.Equal(ErrorKind.StoreDamaged, refused.Kind);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    private Dictionary<string, byte[]> Files(string folder)
    {
        var root = _folder.In(folder);
        return !Directory.Exists(root) ? []
            : Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(root, path), File.ReadAllBytes);
    }

    // The artifact's record names absolute paths, which differ with the folder; they are made equal before the comparison.
    private void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, bytes) in expected)
            Assert.Equal(Comparable(name, bytes), Comparable(name, actual[name]));
    }

    private static byte[] Comparable(string name, byte[] bytes)
    {
        if (!name.EndsWith(".wandb", StringComparison.Ordinal))
            return bytes;
        var records = BlockLogReader.Read(bytes, out var tear).Select(record => WandbWire.Record.Parser.ParseFrom(record)).ToList();
        Assert.Null(tear);
        foreach (var entry in records.Where(record => record.Artifact is not null).SelectMany(record => record.Artifact.Manifest.Contents))
            entry.LocalPath = Path.GetFileName(entry.LocalPath);
        return FakeRun.Utf8(string.Join('\n', records));
    }
}
