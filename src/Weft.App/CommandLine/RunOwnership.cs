using Weft.Training;

namespace Weft.App;

/// <summary>Only a run's owner writes in its folder.</summary>
internal static class RunOwnership
{
    /// <summary>While another process trains it, null.</summary>
    public static RunLock? TakeUnlessBusy(RunFolder run)
    {
        try
        {
            return RunLock.Take(run);
        }
        catch (WeftException busy) when (busy.Code == ExitCode.RunBusy)
        {
            return null;
        }
    }
}
