using Weft.Training;

namespace Weft.Interchange.Tests;

/// <summary>Tests that hand made-up runs over, in a folder that is gone afterwards.</summary>
public abstract class TrackedRunTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    /// <summary>A run that is over.</summary>
    private protected FakeRun Run(int epochs)
    {
        var run = new FakeRun(Folder.In("runs"));
        run.Append(FakeRun.Training(epochs));
        return run;
    }

    /// <summary>A run that is followed while it grows, a few events at a time.</summary>
    private protected TrackingReport Follow(int epochs, TrackingTarget target, TrackingOptions options)
    {
        var run = new FakeRun(Folder.In("runs"));
        using var live = LiveTracking.Start(run.Folder, [target], options, goOn: false);
        foreach (var chunk in FakeRun.Training(epochs).Chunk(3))
        {
            run.Append(chunk);
            Thread.Sleep(10);
        }

        return Assert.Single(live.Finish());
    }

    /// <summary>Every kind of failure at random, half the time.</summary>
    private protected static Func<StubRequest, Fault> RandomFaults(int seed) =>
        StubServer.RandomFaults(
            seed, 8, Fault.Refuse500, Fault.Refuse429, Fault.ResetBefore, Fault.ResetAfter, Fault.HangAfter, Fault.Nonsense, Fault.HalfAnAnswer);
}
