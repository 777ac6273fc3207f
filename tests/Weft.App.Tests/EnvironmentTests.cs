namespace Weft.App.Tests;

/// <summary>One run, made once, for commands that only look at it.</summary>
public sealed class EnvironmentRun : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();

    public EnvironmentRun()
    {
        var (code, _, error) = WeftProcess.Shell($"$WEFT {Train("seen")}");
        Assert.True(code == 0, error);
    }

    internal string Runs => _runs.Path;

    internal string Picture => Path.Combine(_data.Folder, "t10k-images-idx3-ubyte");

    internal string Train(string name) => $"train --data {_data.Folder} --runs {_runs.Path} --name {name} --epochs 1 --set training.batch_size=16 --threads 1";

    public void Dispose()
    {
        _data.Dispose();
        _runs.Dispose();
    }
}

/// <summary>Every kind of command in every odd surrounding: the exit code is what it always is, and nothing crashes. What was written is whole.</summary>
public class EnvironmentTests(EnvironmentRun run) : IClassFixture<EnvironmentRun>
{
    private const string OnlyPath = "PATH=\"$PATH\" ${DOTNET_ROOT:+DOTNET_ROOT=\"$DOTNET_ROOT\"}";

    // Before and after the command.
    public static TheoryData<string, string> Surroundings => new()
    {
        { "", "" },
        { "env -u HOME ", "" },
        { $"env -i {OnlyPath} ", "" },
        { "HOME=/no/such/folder XDG_CACHE_HOME=relative ", "" },
        { "", "<&-" },
        { "", ">&-" },
        { "", "2>&-" },
        { "", "<&- >&- 2>&-" },
        { "umask 077; ", "" },
        { "umask 000; ", "" },
        { "cd /proc; ", "" }, // where nobody may write, not even root
        { "TMPDIR=/no/such/folder ", "" },
        { "env -u TERM -u LANG ", "" },
        { "TERM=dumb LANG=tr_TR.UTF-8 LC_ALL=xx_YY.nonsense ", "" },
    };

    [Theory]
    [MemberData(nameof(Surroundings))]
    public void Commands_do_what_they_always_do(string before, string after)
    {
        var name = $"trained-{Guid.NewGuid():N}";
        (string Command, int Code)[] commands =
        [
            ("--version", 0), ("config show", 0), ($"runs --runs {run.Runs}", 0), ($"runs show seen --runs {run.Runs}", 0),
            ($"eval seen --runs {run.Runs} --threads 1", 0),
            ($"predict seen {run.Picture} --runs {run.Runs} --threads 1", 0), (run.Train(name), 0), ("train --no-such-option", 2),
        ];
        foreach (var (command, expected) in commands)
        {
            var (code, output, error) = WeftProcess.Shell($"{before}$WEFT {command} {after}");
            Assert.True(code == expected, $"{before}weft {command} {after} ended with {code}:\n{output}\n{error}");
            Assert.DoesNotMatch(@"(?m)^\s+at [A-Z]\w+\.", output + error); // a stack trace
        }

        // No file of the run received what was meant for people, and all of it can be read.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(run.Runs, name), "*", SearchOption.AllDirectories))
            Assert.DoesNotMatch("[0-9] training|^epoch 1/1", File.ReadAllText(file));
        var (seen, shown, _) = WeftProcess.Shell($"$WEFT runs show {name} --runs {run.Runs}");
        Assert.Equal(0, seen);
        Assert.Contains("epoch", shown);
    }

    [Fact]
    public void The_one_result_of_json_that_cannot_be_written_is_an_error_in_every_surrounding()
    {
        foreach (var closed in new[] { ">&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-" })
            Assert.Equal(41, WeftProcess.Shell($"$WEFT runs --runs {run.Runs} --json {closed}").Code);
    }

    [Fact]
    public void More_text_than_a_pipe_holds_ends_for_a_closed_stream_too() =>
        Assert.Equal(0, WeftProcess.Shell("for i in 1 2 3; do $WEFT config schema || exit; done >&-").Code);

    [Fact]
    public void What_is_read_from_a_closed_stream_is_an_error_and_no_wait()
    {
        var (code, _, error) = WeftProcess.Shell($"$WEFT predict seen - --runs {run.Runs} --threads 1 <&-");
        Assert.True(code is not (0 or 1 or >= 128), $"{code}: {error}");
    }

    [Fact]
    public void A_file_that_may_not_grow_is_a_full_disk_and_what_was_saved_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "there is no such limit here");
        var name = $"limited-{Guid.NewGuid():N}";
        const string Limited = "export DOTNET_EnableWriteXorExecute=0; ulimit -f 60; "; // the launcher sets the first, without which the runtime cannot start
        var (refused, _, error) = WeftProcess.Shell($"{Limited}$WEFT {run.Train(name)}");
        Assert.True(refused == 40, $"{refused}: {error}");
        Assert.StartsWith("error[40 disk-full]: ", error);
        Assert.False(Directory.Exists(Path.Combine(run.Runs, name)), "the folder was removed again");

        Assert.Equal(0, WeftProcess.Shell($"$WEFT {run.Train(name)}").Code);
        var last = Path.Combine(run.Runs, name, "checkpoints", "last.safetensors");
        var before = File.ReadAllBytes(last);
        (refused, _, error) = WeftProcess.Shell($"{Limited}$WEFT extend {name} --epochs +1 --runs {run.Runs} --threads 1");
        Assert.True(refused == 40, $"{refused}: {error}");
        Assert.Equal(before, File.ReadAllBytes(last));
        Assert.Equal(0, WeftProcess.Shell($"$WEFT extend {name} --epochs +1 --runs {run.Runs} --threads 1").Code);

        using var folder = new TempFolder();
        Assert.Equal(40, WeftProcess.Shell($"{Limited}head -c 200000 /dev/zero > {folder.At("full")}; $WEFT config show --json >> {folder.At("full")}").Code);
    }
}
