namespace Weft.Training;

/// <summary>
/// Images with the probabilities that a model gave for them, each as it is. Who opens the model elsewhere computes them first, and so finds weights,
/// preprocessing or arithmetic that are not what they were.
/// </summary>
/// <param name="Images">Each [height, width, channels], bytes as in the data set.</param>
internal sealed record GoldenSamples(IReadOnlyList<byte[]> Images, IReadOnlyList<float[]> Probabilities)
{
    /// <summary>A model has no more than these.</summary>
    public const int Most = 16;

    /// <summary>What makes these impossible for a model; null where they are possible.</summary>
    public string? ViolationOf(FeatureShape shape, int classes) =>
        Images is null || Probabilities is null || Images.Count != Probabilities.Count || Images.Count is 0 or > Most
            || Images.Any(image => image?.Length != shape.Length) || Probabilities.Any(row => row?.Length != classes || !row.All(float.IsFinite))
            ? "golden samples that do not fit the network" : null;
}
