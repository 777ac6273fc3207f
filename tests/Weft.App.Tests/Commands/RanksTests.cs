using Weft.Mpi;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>One network on several processes that MPI started; the short form of eng/mpitest.cs.</summary>
public class RanksTests
{
    private const string Options = "--recipe none --threads 1 --set model.width=0.25 --set training.batch_size=16 --set training.shards=4 "
        + "--set checkpoint.every_steps=1 --set augmentation.shift=0.1 --set optimizer.name=adamw";

    public static TheoryData<string> Launchers => ["mpirun.openmpi --oversubscribe", "mpirun.mpich"];

    [Theory]
    [MemberData(nameof(Launchers))]
    public void Processes_together_end_with_the_bytes_of_one_also_when_one_was_killed(string launcher)
    {
        Require(launcher);
        using var data = new TinyData(train: 240);
        using var runs = new TempFolder();
        var where = $"--data {data.Folder} --runs {runs.Path}";
        Assert.Equal(0, WeftProcess.Shell($"exec $WEFT train {where} --name alone --quiet --epochs 6 {Options}").Code);
        var (code, output, error) = WeftProcess.Shell($"{Launch(launcher, 3)} $WEFT train {where} --name three --json --epochs 6 {Options}");
        Assert.True(code == 0, error);
        Assert.Single(output.Split('\n'), line => line.StartsWith('{')); // rank 0 alone talks
        Assert.Equal(Bytes("alone"), Bytes("three"));

        using (var training = new WeftProcess($"exec {Launch(launcher, 2)} $WEFT train {where} --name killed --quiet {Options} --epochs 40"))
        {
            var events = runs.At("killed/events.jsonl");
            training.WaitUntil(() => File.Exists(events) && File.ReadAllText(events).Contains("checkpoint_saved"));
            Assert.Equal(0, WeftProcess.Shell("pkill -KILL -n -f -- '--name kille[d] --quiet'").Code); // the newest of the processes
            Assert.NotEqual(0, training.End().Code);
        }

        Assert.Equal(0, WeftProcess.Shell($"{Launch(launcher, 3)} $WEFT resume killed --runs {runs.Path} --quiet --threads 1 --data {data.Folder}", null).Code);
        Assert.Equal(0, WeftProcess.Shell($"exec $WEFT train {where} --name long --quiet {Options} --epochs 40").Code);
        Assert.Equal(Bytes("long"), Bytes("killed"));

        byte[] Bytes(string run) => File.ReadAllBytes(runs.At($"{run}/checkpoints/last.safetensors"));
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public void Too_many_processes_and_a_wrong_command_are_refused_once_and_end_all(string launcher)
    {
        Require(launcher);
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, _, error) = WeftProcess.Shell(
            $"{Launch(launcher, 2)} $WEFT train --data {data.Folder} --runs {runs.Path} --recipe none --quiet");
        Assert.Equal(2, code);
        Assert.Single(error.Split('\n'), line => line.StartsWith("error[2 usage]: 2 processes cannot share batches of 1 shard"));
        Assert.Contains("--set training.shards=2", error);
        Assert.Empty(Directory.EnumerateDirectories(runs.Path));
        (code, _, error) = WeftProcess.Shell($"{Launch(launcher, 2)} $WEFT train --data {data.Folder}/none --runs {runs.Path} --set training.shards=2");
        Assert.Equal(10, code);
        Assert.Single(error.Split('\n'), line => line.StartsWith("error[10"));
        (code, _, error) = WeftProcess.Shell($"{Launch(launcher, 2)} $WEFT train --seeds 2 --set training.shards=2 --runs {runs.Path}");
        Assert.Equal(2, code);
        Assert.Contains("--seeds", error);
    }

    [Fact]
    public void A_plan_for_several_processes_says_what_they_are_worth()
    {
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run(
            "plan", "--data", data.Folder, "--recipe", "none", "--set", "training.shards=4", "--ranks", "3", "--threads", "1");
        Assert.True(code == 0, screen.Error);
        Assert.Contains("3 processes on machines like this one, expected: 2 of 4 shards of 32 samples each", screen.Output);
        Assert.Contains("worth it up to", screen.Output);
        Assert.Contains("1 steps an epoch", screen.Output);
        var (refused, _, error) = WeftProcess.Shell($"exec $WEFT plan --data {data.Folder} --recipe none --ranks 3");
        Assert.Equal(2, refused);
        Assert.Contains($"weft plan --data {data.Folder} --recipe none --ranks 3 --set training.shards=3", error);
    }

    [Fact]
    public void A_plan_is_arithmetic()
    {
        // 27.3 MB of gradient among 16: 51.2 MB out of each; 44 ms at 1.17 GB/s, and a step of 164 ms.
        var plan = RankPlan.Of(ranks: 16, shards: 16, batch: 2048, steps: 27, shardSeconds: 0.164, stateBytes: 27_300_000);
        Assert.Equal((1, 128, 51_187_500), (plan.ShardsOfRank, plan.SamplesOfShard, plan.BytesOfStep));
        var link = plan.Links.Single(one => one.Gigabits == 10);
        Assert.Equal(0.164 + 51_187_500 / 1.17e9 + 30 * 25e-6, link.StepSeconds, 1e-9);
        Assert.Equal(0.164 / link.StepSeconds, link.Efficiency, 1e-9);
        Assert.Equal(27 * link.StepSeconds, link.EpochSeconds, 1e-9);
        Assert.Equal(16, link.MostRanks);
        var slow = plan.Links.Single(one => one.Gigabits == 1).MostRanks;
        Assert.InRange(slow, 2, 15);
        Assert.True(Efficiency(slow) >= 0.5 && Efficiency(slow + 1) < 0.5);

        static double Efficiency(int ranks) => RankPlan.Of(ranks, 16, 2048, 27, 0.164, 27_300_000).Links.Single(one => one.Gigabits == 1).Efficiency;
    }

    [Fact]
    public void A_launcher_is_known_by_its_variables()
    {
        Assert.Null(MpiLaunch.Of(_ => null));
        Assert.Null(MpiLaunch.Of(name => name == "OMPI_COMM_WORLD_SIZE" ? "1" : null));
        Assert.Equal(4, MpiLaunch.Of(name => name == "OMPI_COMM_WORLD_SIZE" ? "4" : null)!.Size);
        Assert.StartsWith("libmpich", MpiLaunch.Of(name => name == "PMI_SIZE" ? "2" : null)!.Libraries[0]);
    }

    [Fact]
    public void A_library_that_is_not_there_is_named_with_what_brings_it()
    {
        var missing = Assert.Throws<WeftException>(() => MpiLibrary.Load(new MpiLaunch(2, ["libnone.so.1"], "a-package")));
        Assert.Equal((ErrorKind.InvalidInput, "libnone.so.1"), (missing.Kind, missing.Where));
        Assert.Contains("a-package", missing.Expected);
    }

    private static void Require(string launcher)
    {
        var program = launcher.Split(' ')[0];
        Assert.SkipUnless(WeftProcess.Shell($"command -v {program}").Code == 0, $"{program} is not installed: no process joined another");
    }

    // As root Open MPI wants to be told twice.
    private static string Launch(string launcher, int processes) =>
        $"env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 {launcher} -np {processes}";
}
