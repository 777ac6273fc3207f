using System.Globalization;

namespace Weft.Training;

/// <summary>The views a run's images are evaluated and predicted in, unless somebody asks for others.</summary>
internal static class RunViews
{
    private const string MirroredKey = "evaluation.tta";
    private const string ShiftKey = "evaluation.tta_shift";

    /// <summary>What the model's file says; what the run's <c>config.yaml</c> says where the file was written before files knew it.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.CheckpointMismatch"/>: the checkpoint names impossible views; <see cref="ErrorKind.InvalidInput"/>: it names none, and
    /// <c>config.yaml</c> cannot be read.
    /// </exception>
    public static TestTimeAugmentation Of(TrainedModel model, RunFolder run) =>
        Of(model.Metadata, run.CheckpointsFolder) ?? new RunReader(run).Configuration().Value.Evaluation.Augmentation;

    /// <summary>What the model's file says, or null where it says nothing.</summary>
    internal static TestTimeAugmentation? Of(ModelMetadata model, string? where = null)
    {
        if (!model.Configuration.TryGetValue(MirroredKey, out var mirrored) || !model.Configuration.TryGetValue(ShiftKey, out var shift))
            return null;
        return bool.TryParse(mirrored, out var isMirrored) && int.TryParse(shift, NumberStyles.None, CultureInfo.InvariantCulture, out var pixels)
            && pixels <= TestTimeAugmentation.LargestShift
            ? new TestTimeAugmentation(isMirrored, pixels)
            : throw new WeftException(ErrorKind.CheckpointMismatch, "the checkpoint names views of an image that there are none of")
            {
                Where = where, Expected = $"{MirroredKey}: true or false, {ShiftKey}: 0 to {TestTimeAugmentation.LargestShift}",
                Found = $"{MirroredKey}: {mirrored}, {ShiftKey}: {shift}", Safe = "nothing was changed",
            };
    }
}
