namespace Weft.Training.Tests;

public class MemoryLimitTests
{
    private const string Physical = "MemTotal:       16000000 kB\nMemFree: 1 kB\n";
    private const long Machine = 16_000_000L * 1024;

    public static TheoryData<string, long, string> Places => new()
    {
        { "", Machine, "machine" },
        { "/proc/self/cgroup=0::/a/b\n|/sys/fs/cgroup/a/b/memory.max=500000000\n", 500_000_000, "group /a/b" },
        { "/proc/self/cgroup=0::/a/b\n|/sys/fs/cgroup/a/b/memory.max=max\n|/sys/fs/cgroup/a/memory.max=400000000\n", 400_000_000, "group /a" },
        { "/proc/self/cgroup=0::/a/b\n|/sys/fs/cgroup/a/b/memory.max=300\n|/sys/fs/cgroup/a/memory.max=400\n", 300, "group /a/b" },
        { "/proc/self/cgroup=0::/\n|/sys/fs/cgroup/memory.max=200000000\n", 200_000_000, "group /" },
        { "/proc/self/cgroup=0::/seen/outside\n|/sys/fs/cgroup/memory.max=200\n", 200, "group /" }, // a container without a view of its own
        { "/proc/self/cgroup=0::/../x\n|/sys/fs/cgroup/memory.max=200\n|/sys/fs/cgroup/../x/memory.max=1\n", 200, "group /" },
        { "/proc/self/cgroup=0::/u\n|/sys/fs/cgroup/unified/u/memory.max=77\n", 77, "group /u" },
        { "/proc/self/cgroup=3:cpu:/c\n4:memory:/d/e\n0::/\n|"
            + "/sys/fs/cgroup/memory/d/e/memory.limit_in_bytes=600\n|/sys/fs/cgroup/memory/d/memory.limit_in_bytes=500\n",
            500, "group /d" },
        { "/proc/self/cgroup=5:cpuset,memory:/d\n|/sys/fs/cgroup/memory/d/memory.limit_in_bytes=9223372036854771712\n", Machine, "machine" },
        { "/proc/self/cgroup=4:memory:/a:b\n|/sys/fs/cgroup/memory/a:b/memory.limit_in_bytes=42000000\n", 42_000_000, "group /a:b" },
        { "/proc/self/cgroup=0::/a\n|/sys/fs/cgroup/a/memory.max=lots\n", Machine, "machine" },
        { "/proc/self/cgroup=0::/a\n|/sys/fs/cgroup/a/memory.max=-5\n", Machine, "machine" },
        { "/proc/self/cgroup=0::/a\n|/sys/fs/cgroup/a/memory.max=0\n", Machine, "machine" },
        { "/proc/self/cgroup=0::/a\n|/sys/fs/cgroup/a/memory.max=99999999999999999999999\n", Machine, "machine" },
        { "/proc/self/cgroup=nonsense\n::\n0::\n|/sys/fs/cgroup/memory.max=\n", Machine, "machine" },
        { "/proc/self/limits=Limit Soft Hard Units\nMax data size             123000               unlimited            bytes\n"
            + "Max address space         unlimited unlimited bytes\n", 123_000, "ulimit -d" },
        { "/proc/self/limits=Max address space         456000               500000            bytes\n", 456_000, "ulimit -v" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void The_smallest_limit_holds_and_is_named(string files, long bytes, string source)
    {
        var texts = files.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(file => file.Split('=', 2)).ToDictionary(file => file[0], file => file[1]);
        var limit = MemoryLimit.Of(path => path == "/proc/meminfo" ? Physical : texts.GetValueOrDefault(path), available: 1);
        Assert.Equal(bytes, limit.Bytes);
        Assert.EndsWith(source, limit.Source.TrimEnd(')'));
    }

    [Fact]
    public void Without_files_of_the_system_the_runtime_says_it() => Assert.Equal(123, MemoryLimit.Of(_ => null, available: 123).Bytes);

    [Fact]
    public void This_process_has_a_limit_that_the_tests_fit_in() => Assert.InRange(MemoryLimit.Current().Bytes, 100_000_000, 1L << 50);

    [Fact]
    public void A_training_that_does_not_fit_is_refused_with_numbers_and_a_command_that_fits()
    {
        using var folder = new TemporaryFolder();
        var need = Need(28);
        var error = Assert.Throws<WeftException>(() => Begin(folder, need - 1));
        Assert.Equal(ErrorKind.OutOfMemory, error.Kind);
        Assert.Equal("a test", error.Where);
        Assert.Contains("for the network", error.Expected);
        Assert.Equal(("training.batch_size", "14"), (Assert.IsType<RepeatWith>(error.Next).Change.Key, ((RepeatWith)error.Next).Change.Text));
        Assert.False(Directory.Exists(folder.In("runs", "run")), "nothing is left of a run that did not begin");
        Begin(folder, need).Dispose();
    }

    [Fact]
    public void A_run_that_is_continued_needs_room_for_its_checkpoint_too()
    {
        using var folder = new TemporaryFolder();
        TinyTraining.Train(folder, TinyTraining.Configuration());
        var small = new Surroundings { Memory = new MemoryLimit(Need(28), "a test") };
        var error = Assert.Throws<WeftException>(() => TinyTraining.Resume(folder, surroundings: small));
        Assert.Equal(ErrorKind.OutOfMemory, error.Kind);
        Assert.IsType<Advice>(error.Next); // its batch size cannot change
        TinyTraining.Resume(folder, surroundings: new Surroundings { Memory = new MemoryLimit(Need(28, readsCheckpoint: true), "a test") }).Dispose();
    }

    private static TrainingSession Begin(TemporaryFolder folder, long limit) =>
        TinyTraining.Begin(folder, TinyTraining.Configuration(), surroundings: new Surroundings { Memory = new MemoryLimit(limit, "a test") });

    private static long Need(int batchSize, bool readsCheckpoint = false)
    {
        var configuration = TinyTraining.Configuration($"training.batch_size={batchSize}").Value;
        var data = TinyTraining.Dataset();
        using var device = Device.Cpu(1);
        var description = configuration.Model.Describe(data.ClassCount, data.Shape);
        return TrainingMemory.Of(configuration, description, device, data.Train, readsCheckpoint).Bytes;
    }
}
