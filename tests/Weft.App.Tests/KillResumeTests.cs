namespace Weft.App.Tests;

/// <summary>The short form of eng/killtest.cs: a few kills of one training.</summary>
public class KillResumeTests
{
    private const string Options = "--recipe none --epochs 15 --quiet --set model.width=0.25 --set training.batch_size=16 --set checkpoint.every_steps=1 "
        + "--set augmentation.shift=0.1";

    [Fact]
    public void Resume_after_kills_gives_identical_checkpoints()
    {
        using var data = new TinyData(train: 360);
        using var runs = new TempFolder();
        Assert.Equal(0, WeftProcess.Shell($"exec $WEFT train --data {data.Folder} --runs {runs.Path} --name peaceful --threads 2 {Options}").Code);

        var before = 0L;
        for (var kill = 0; kill < 4; kill++)
        {
            using var training = new WeftProcess(kill == 0
                ? $"exec $WEFT train --data {data.Folder} --runs {runs.Path} --name killed --threads 1 {Options}"
                : $"exec $WEFT resume killed --runs {runs.Path} --threads {1 + kill % 2} --quiet");
            training.WaitUntil(() => Saves() >= before + 5 + 3 * kill);
            training.Send("KILL");
            Assert.Equal(137, training.End().Code);
            before = Saves();
        }

        Assert.Equal(0, WeftProcess.Shell($"exec $WEFT resume killed --runs {runs.Path} --quiet").Code);

        foreach (var name in new[] { "best", "last" })
            Assert.Equal(File.ReadAllBytes(runs.At($"peaceful/checkpoints/{name}.safetensors")),
                File.ReadAllBytes(runs.At($"killed/checkpoints/{name}.safetensors")));
        Assert.Equal(Rows("peaceful"), Rows("killed"));

        // The columns that do not depend on time.
        IEnumerable<string> Rows(string run) => File.ReadLines(runs.At($"{run}/metrics.csv")).Select(line => string.Join(',', line.Split(',')[..7]));

        long Saves() => File.Exists(runs.At("killed/events.jsonl"))
            ? File.ReadLines(runs.At("killed/events.jsonl")).LongCount(line => line.Contains("checkpoint_saved")) : 0;
    }
}
