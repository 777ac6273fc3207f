using Weft.Training;

namespace Weft.Interchange;

/// <summary>Makes the tracker of a target.</summary>
internal static class Trackers
{
    /// <summary>What can be wrong before there is a run: a name, an address, a missing key, a folder that cannot be written.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>, <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>; nothing was touched.
    /// </exception>
    public static void Check(TrackingTarget target, TrackingOptions options)
    {
        switch (target)
        {
            case TrackingTarget.Wandb when WandbSettings.Read(options) is { Mode: not WandbMode.Disabled } settings:
                if (settings.Mode == WandbMode.Online)
                    WandbKey.Find(settings, options);
                else
                    RequireWritable(settings.Folder);
                break;
            case TrackingTarget.TensorBoard:
                RequireWritable(TensorBoardFolder(options));
                break;
            case TrackingTarget.MLflow:
                MLflowSettings.Read(options);
                break;
        }
    }

    /// <summary>Null when the environment has switched the target off.</summary>
    /// <param name="goOn">Whether an earlier hand-over may have begun.</param>
    /// <param name="isLive">Whether the run is trained meanwhile.</param>
    public static ITracker? Create(TrackingTarget target, TrackedRun run, TrackingOptions options, bool goOn, bool isLive, Action<string> notice)
    {
        switch (target)
        {
            case TrackingTarget.Wandb:
                var settings = WandbSettings.Read(options);
                return settings.Mode switch
                {
                    WandbMode.Disabled => null,
                    WandbMode.Online => new WandbTracker(run, settings, new WandbOnline(run, settings, options, goOn, isLive)),
                    _ => new WandbTracker(run, settings, new WandbOffline(run, settings, options.Clock.LocalTimeZone, goOn)),
                };
            case TrackingTarget.TensorBoard:
                return new TensorBoardTracker(run, TensorBoardFolder(options), goOn);
            default:
                return new MLflowTracker(run, MLflowSettings.Read(options), options, goOn, isLive, notice);
        }
    }

    private static string TensorBoardFolder(TrackingOptions options) => Path.Combine(options.Folder ?? options.CurrentFolder, "tensorboard");

    private static void RequireWritable(string folder)
    {
        var probe = Path.Combine(folder, $".weft-{Environment.ProcessId}.probe");
        try
        {
            Directory.CreateDirectory(folder);
            RegularFile.Open(probe, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the folder of the tracking files cannot be written", folder, "nothing was touched", new Advice("choose a folder you may write in"));
        }
    }
}
