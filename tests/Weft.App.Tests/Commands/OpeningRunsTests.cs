using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Weft.App.Tests;

/// <summary>All commands that open a run, against all that can happen to a run's files and data: one table of exit codes.</summary>
public sealed class OpeningRunsTests : IDisposable
{
    private const int Fine = 0, PortInUse = 50, OtherData = 13, NoData = 10, NotItsConfiguration = 23;

    private static readonly (string Name, string[] Words)[] Commands =
    [
        ("resume", ["resume", "a"]),
        ("extend", ["extend", "a", "--epochs", "+1"]),
        ("fork", ["fork", "a@best", "--name", "c", "--threads", "1"]),
        ("eval", ["eval", "a", "--threads", "1"]),
        ("eval test", ["eval", "a", "--split", "test", "--threads", "1"]),
        ("analyze", ["analyze", "a", "--threads", "1", "--cases", "2"]),
        ("analyze test", ["analyze", "a", "--split", "test", "--threads", "1", "--cases", "2"]),
        ("report", ["report", "a", "--threads", "1"]),
        ("report test", ["report", "a", "--split", "test", "--threads", "1"]),
        ("predict", ["predict", "a"]),
        ("compare", ["compare", "a", "b"]),
        ("config diff", ["config", "diff", "a", "b"]),
        ("track", ["track", "a", "--to", "tensorboard"]),
        ("export", ["export", "a", "--format", "safetensors", "--threads", "1"]),
        ("serve", ["serve", "a", "--threads", "1"]),
    ];

    private readonly TinyData _data = new();
    private readonly TinyData _other = new(train: 60);
    private readonly TempFolder _made = new();
    private readonly TempFolder _place = new();

    public OpeningRunsTests()
    {
        foreach (var (name, seed) in new[] { ("a", "0"), ("b", "1") })
        {
            Fit(FakeScreen.Run(
                "train", "--data", _data.Folder, "--runs", _made.At("runs"), "--name", name, "--seed", seed, "--epochs", "1", "--batch", "16",
                "--threads", "1", "--set", "data.validation_count=30"));
            Fit(FakeScreen.Run("eval", name, "--runs", _made.At("runs"), "--split", "test", "--threads", "1"));
        }
    }

    public void Dispose()
    {
        foreach (var one in new IDisposable[] { _data, _other, _made, _place })
            one.Dispose();
    }

    [Fact]
    public void Every_command_refuses_what_the_checkpoint_contradicts_and_nothing_else()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0); // so that a server that has opened its run ends
        taken.Start();
        var wrong = new List<string>();
        Check("nothing", _ => { }, _ => Fine);
        Check("split_seed", Edit("split_seed: 0", "split_seed: 1"), Configuration);
        Check("validation_count", Edit("validation_count: 30", "validation_count: 20"), Configuration);
        Check("limit_train", Edit("limit_train: none", "limit_train: 40"), Configuration);
        Check("model.activation", Edit("activation: relu", "activation: gelu"), Configuration);
        Check("a line is gone", Edit("  split_seed:", "  # split_seed:"), Configuration);
        Check("emptied", run => File.WriteAllText(Config(run), ""), Configuration);
        Check("comments only", run => File.WriteAllText(Config(run), "# nothing\n"), Configuration);
        Check("missing", run => File.Delete(Config(run)), Configuration);
        Check("garbage", run => File.WriteAllBytes(Config(run), [0, 255, 13, 7, 58, 10, 123]), Configuration);
        Check("a list", run => File.WriteAllText(Config(run), "- a\n- b\n"), Configuration);
        Check("a folder", run =>
        {
            File.Delete(Config(run));
            Directory.CreateDirectory(Config(run));
        }, Configuration);
        Check("the other run's", run => File.Copy(Config(Path.Combine(Path.GetDirectoryName(run)!, "b")), Config(run), overwrite: true), Configuration);
        if (!OperatingSystem.IsWindows())
        {
            Check("a link", run =>
            {
                File.Move(Config(run), Config(run) + ".real");
                File.CreateSymbolicLink(Config(run), Config(run) + ".real");
            }, Configuration);
            Check("a pipe", run =>
            {
                File.Delete(Config(run));
                using var made = Process.Start("mkfifo", [Config(run)]);
                made.WaitForExit();
            }, Configuration);
        }

        Check("data.folder is another data set", Edit($"folder: {_data.Folder}", $"folder: {_other.Folder}"), Data(OtherData));
        Check("data.folder is gone", Edit($"folder: {_data.Folder}", $"folder: {_data.Folder}-gone"), Data(NoData));
        using (new Changed(Path.Combine(_data.Folder, "train-images-idx3-ubyte"), 100))
            Check("a training image changed", _ => { }, Data(OtherData));
        using (new Changed(Path.Combine(_data.Folder, "train-labels-idx1-ubyte"), 9))
            Check("a training label changed", _ => { }, Data(OtherData));
        using (new Changed(Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), 100))
            Check("a test image changed", _ => { }, command => command.EndsWith(" test", StringComparison.Ordinal) ? OtherData : Fine);
        Assert.Empty(wrong);

        void Check(string what, Action<string> change, Func<string, int> expected)
        {
            foreach (var (name, words) in Commands)
            {
                var runs = Copy();
                change(Path.Combine(runs, "a"));
                var before = FolderHash.Of(Path.Combine(runs, "a"));
                string[] more = name switch
                {
                    "predict" => [Path.Combine(_other.Folder, "t10k-images-idx3-ubyte")],
                    "track" => ["--dir", _place.At("tracked")],
                    "export" => ["--out", _place.At("exported.safetensors")],
                    "serve" => ["--listen", $"{taken.LocalEndpoint}"],
                    _ => [],
                };
                var (code, screen) = FakeScreen.Run([.. words, .. more, "--runs", runs]);
                var wanted = name == "serve" && expected(name) == Fine ? PortInUse : expected(name);
                if (code != wanted)
                    wrong.Add($"{name}, {what}: {code} instead of {wanted}: {screen.Error}");
                else if (screen.Error.Contains("nothing was changed", StringComparison.Ordinal) && FolderHash.Of(Path.Combine(runs, "a")) != before)
                    wrong.Add($"{name}, {what}: says that nothing was changed");
                if (Directory.Exists(_place.At("tracked")))
                    Directory.Delete(_place.At("tracked"), recursive: true);
            }
        }
    }

    [Fact]
    public void A_configuration_is_restored_from_the_checkpoint_and_the_old_file_kept()
    {
        foreach (var damage in new[] { "", "data:\n  split_seed: 9\ncheckpoint:\n  keep_every_epochs: 3\nno.such: 1\n", "{{{", null })
        {
            var run = Path.Combine(Copy(), "a");
            var before = File.ReadAllText(Config(run));
            if (damage is null)
                File.Delete(Config(run));
            else
                File.WriteAllText(Config(run), damage);
            Fit(FakeScreen.Run("config", "restore", run));
            Assert.Equal(Values(before), Values(File.ReadAllText(Config(run))).Select(line => line.Replace("keep_every_epochs: 3", "keep_every_epochs: none")));
            Assert.Equal(damage, damage is null ? null : File.ReadAllText(Config(run) + ".damaged"));
            Fit(FakeScreen.Run("eval", run, "--threads", "1"));
            Fit(FakeScreen.Run("resume", run));
            var (_, again) = FakeScreen.Run("config", "restore", run);
            Assert.Contains("nothing to restore", again.Output);
        }
    }

    [Fact]
    public void Moved_data_are_found_by_data_and_remembered_by_resume_and_extend()
    {
        var moved = _data.Folder + "-moved";
        Directory.Move(_data.Folder, moved);
        try
        {
            foreach (var (name, words) in Commands.Where(command => command.Words[0] is "resume" or "extend" or "eval" or "analyze" or "report"))
            {
                var run = Path.Combine(Copy(), "a");
                string[] typed = [.. words.Select(word => word == "a" ? run : word)];
                Assert.Equal(NoData, FakeScreen.Run(typed).Code);
                // Other data are other data; eval alone measures on them, as another labelled set.
                Assert.Equal(name.StartsWith("eval", StringComparison.Ordinal) ? Fine : OtherData, FakeScreen.Run([.. typed, "--data", _other.Folder]).Code);
                Assert.Contains($"folder: {_data.Folder} ", File.ReadAllText(Config(run)));
                Fit(FakeScreen.Run([.. typed, "--data", moved]));
                var remembers = name is "resume" or "extend";
                Assert.Contains($"folder: {(remembers ? moved : _data.Folder)} ", File.ReadAllText(Config(run)));
                Assert.Equal(remembers ? Fine : NoData, FakeScreen.Run("eval", run, "--threads", "1").Code);
            }
        }
        finally
        {
            Directory.Move(moved, _data.Folder);
        }
    }

    [Fact]
    public void An_extended_run_is_evaluated_at_its_older_checkpoints_too()
    {
        var run = Path.Combine(Copy(), "a");
        Fit(FakeScreen.Run("extend", run, "--epochs", "+2", "--threads", "1"));
        foreach (var checkpoint in new[] { "best", "last" })
            Fit(FakeScreen.Run("eval", $"{run}@{checkpoint}", "--threads", "1"));
        Fit(FakeScreen.Run("compare", run, Path.Combine(Path.GetDirectoryName(run)!, "b"), "--split", "test"));
    }

    [Fact]
    public void Evaluations_of_different_test_images_are_not_compared()
    {
        var runs = Copy();
        Directory.Delete(Path.Combine(runs, "a/eval"), recursive: true);
        using (new Changed(Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), 100))
            Fit(FakeScreen.Run("eval", "a", "--split", "test", "--threads", "1", "--runs", runs));
        var (code, screen) = FakeScreen.Run("compare", "a", "b", "--runs", runs);
        Assert.Equal(OtherData, code);
        Assert.Contains("different data", screen.Error);
    }

    [Fact]
    public void A_damaged_line_of_the_ledger_is_counted_and_no_opening_is_lost()
    {
        var runs = Copy();
        var ledger = Path.Combine(runs, "test_ledger.jsonl");
        File.AppendAllText(ledger, "{\"v\":1,\"time\":\"yesterday\"}\nnull\n{\"v\":1,\"ti"); // the last one torn by a kill
        Fit(FakeScreen.Run("eval", "a", "--split", "test", "--threads", "1", "--runs", runs));
        Fit(FakeScreen.Run("report", "a", "--threads", "1", "--runs", runs));
        var page = File.ReadAllText(Path.Combine(runs, "a/report.html"));
        Assert.Contains("opened 3 times", page);
        Assert.Contains("3 lines of the ledger cannot be read", page);
        Assert.Contains("data_fingerprint", File.ReadAllLines(ledger)[^1]);
    }

    private static int Configuration(string command) => command is "predict" or "serve" ? Fine : NotItsConfiguration;

    private static Func<string, int> Data(int code) => command => command is "predict" or "serve" or "compare" or "config diff" or "track" ? Fine : code;

    private static string Config(string run) => Path.Combine(run, "config.yaml");

    private static IEnumerable<string> Values(string yaml) =>
        yaml.Split('\n').Where(line => !line.StartsWith('#') && !line.Contains(" threads: ")).Select(line => line.Split("  #")[0]);

    private static Action<string> Edit(string from, string to) => run =>
    {
        var text = File.ReadAllText(Config(run));
        Assert.Contains(from, text);
        File.WriteAllText(Config(run), text.Replace(from, to));
    };

    private static void Fit((int Code, FakeScreen Screen) ran) => Assert.True(ran.Code == 0, ran.Screen.Error);

    private string Copy()
    {
        var to = _place.At("runs");
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        foreach (var file in Directory.EnumerateFiles(_made.At("runs"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(_made.At("runs"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }

    /// <summary>A file with one byte changed, until it is put back.</summary>
    private sealed class Changed : IDisposable
    {
        private readonly string _path;
        private readonly byte[] _before;

        public Changed(string path, int at)
        {
            (_path, _before) = (path, File.ReadAllBytes(path));
            var bytes = (byte[])_before.Clone();
            bytes[at] ^= 1;
            File.WriteAllBytes(path, bytes);
        }

        public void Dispose() => File.WriteAllBytes(_path, _before);
    }
}
