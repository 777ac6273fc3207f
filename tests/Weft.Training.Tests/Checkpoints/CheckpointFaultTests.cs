namespace Weft.Training.Tests;

/// <summary>What a training leaves behind when the disk fails, or the process ends, at any operation of any save.</summary>
public sealed class CheckpointFaultTests : IDisposable
{
    private static readonly ResolvedConfiguration Configuration = TinyTraining.Configuration("checkpoint.every_steps=3");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_that_ends_at_any_file_operation_can_be_resumed_to_the_same_bytes()
    {
        TinyTraining.Train(_folder, Configuration, "whole");
        var operations = CountOperations();
        Assert.True(operations > 50);
        var whileMade = 0;
        for (var kill = 0; kill < operations; kill++)
            KilledAt(kill, tornBytes: kill % 2 == 0 ? 0 : 1000);
        Assert.InRange(whileMade, 10, 20);

        void KilledAt(int operation, int tornBytes)
        {
            var name = $"killed-{operation}";
            var files = new FaultyFiles(operation, new Killed()) { TornBytes = tornBytes };
            try
            {
                using var plan = TinyTraining.Begin(_folder, Configuration, name, new Surroundings { Files = files });
                Assert.Throws<Killed>(() => Trainer.Run(plan));
            }
            catch (Killed)
            {
                whileMade++;
                if (!File.Exists(TinyTraining.Run(_folder, name).InformationFile))
                    return; // the run's folder was not finished: there is no run
            }

            using var resumed = TinyTraining.Resume(_folder, name);
            Trainer.Run(resumed);
            AssertSame("whole", name);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_disk_that_fails_once_or_for_good_never_costs_an_old_checkpoint(bool forever)
    {
        TinyTraining.Train(_folder, Configuration, "whole");
        var operations = CountOperations();
        var finished = 0;
        for (var failing = 12; failing < operations; failing++)
        {
            var name = $"{(forever ? "forever" : "once")}-{failing}";
            var fault = failing % 2 == 0 ? FaultyFiles.NoSpaceLeft : FaultyFiles.DeviceError;
            var watcher = new StopAtStep(long.MaxValue);
            try
            {
                using var plan = TinyTraining.Begin(
                    _folder, Configuration, name, new Surroundings { Files = new FaultyFiles(failing, fault, forever) { TornBytes = 512 } });
                Trainer.Run(plan, watcher);
                finished++;
                AssertSame("whole", name);
                if (watcher.Events.OfType<CheckpointSaved>().Any())
                    Assert.True(watcher.Events.OfType<Warned>().Any() || failing > operations - 12, $"operation {failing} failed without a word");
            }
            catch (WeftException error)
            {
                Assert.Equal(failing % 2 == 0 ? ErrorKind.DiskFull : ErrorKind.IoError, error.Kind);
                if (!File.Exists(TinyTraining.Run(_folder, name).LastCheckpoint) && !File.Exists(TinyTraining.Run(_folder, name).PreviousCheckpoint))
                    continue;
                using var resumed = TinyTraining.Resume(_folder, name);
                Trainer.Run(resumed);
                AssertSame("whole", name);
            }
        }

        Assert.True(forever ? finished == 0 : finished > 20, $"{finished} of {operations}");
    }

    [Fact]
    public void A_disk_that_is_full_from_the_start_fails_before_the_first_step_and_leaves_nothing()
    {
        var files = new FaultyFiles(0, FaultyFiles.NoSpaceLeft, forever: true);
        var error = Assert.Throws<WeftException>(() => TinyTraining.Begin(_folder, Configuration, "full", new Surroundings { Files = files }));

        Assert.Equal(ErrorKind.DiskFull, error.Kind);
        Assert.False(Directory.Exists(TinyTraining.Run(_folder, "full").Path));
    }

    [Fact]
    public void A_damaged_last_checkpoint_is_set_aside_and_the_one_before_taken()
    {
        TinyTraining.Train(_folder, Configuration, "whole");
        TinyTraining.Train(_folder, Configuration, "other");
        var run = TinyTraining.Run(_folder, "other");
        var bytes = File.ReadAllBytes(run.LastCheckpoint);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(run.LastCheckpoint, bytes);

        using (var plan = TinyTraining.Resume(_folder, "other"))
        {
            var watcher = new StopAtStep(long.MaxValue);
            Trainer.Run(plan, watcher);
            Assert.Equal(["checkpoint-damaged", "checkpoint-fallback"], watcher.Events.OfType<Warned>().Select(warning => warning.Code));
        }

        AssertSame("whole", "other");
        Assert.Equal(bytes, File.ReadAllBytes(run.LastCheckpoint + ".damaged"));
    }

    [Fact]
    public void When_all_checkpoints_are_damaged_resuming_is_refused_and_nothing_deleted()
    {
        TinyTraining.Train(_folder, Configuration, "run");
        var run = TinyTraining.Run(_folder);
        foreach (var path in new[] { run.LastCheckpoint, run.PreviousCheckpoint })
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

        var error = Assert.Throws<WeftException>(() => TinyTraining.Resume(_folder));

        Assert.Equal(ErrorKind.NoValidCheckpoint, error.Kind);
        Assert.Equal(2, Directory.GetFiles(run.CheckpointsFolder, "*.damaged").Length);
        Assert.False(RunLock.IsHeld(run));
    }

    private long CountOperations()
    {
        var files = new FaultyFiles(long.MaxValue, new Killed());
        using var plan = TinyTraining.Begin(_folder, Configuration, "counted", new Surroundings { Files = files });
        Trainer.Run(plan);
        return files.Count;
    }

    private void AssertSame(string left, string right)
    {
        Assert.Equal(File.ReadAllBytes(TinyTraining.Run(_folder, left).LastCheckpoint), File.ReadAllBytes(TinyTraining.Run(_folder, right).LastCheckpoint));
        Assert.Equal(File.ReadAllBytes(TinyTraining.Run(_folder, left).BestCheckpoint), File.ReadAllBytes(TinyTraining.Run(_folder, right).BestCheckpoint));
        Assert.Equal(Rows(left), Rows(right));

        IEnumerable<int> Rows(string run) => new RunReader(TinyTraining.Run(_folder, run)).Metrics().Select(row => row.Epoch);
    }
}
