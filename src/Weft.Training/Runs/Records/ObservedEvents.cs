using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>
/// The validation samples whose predictions every <see cref="EpochObserved"/> tells, with their images, so that a run shows them without its data set. Told
/// once.
/// </summary>
/// <param name="Indices">Each sample's number in the data set's training files.</param>
/// <param name="Pixels">[samples, height, width, channels]; base64 in the file.</param>
public sealed record SamplesChosen(IReadOnlyList<int> Indices, IReadOnlyList<int> Labels, int Height, int Width, int Channels, byte[] Pixels) : RunEvent;

/// <summary>How the machine was used since the sample before.</summary>
/// <param name="CpuShare">Processor time of this process over that of all cores, 0…1.</param>
/// <param name="MemoryBytes">Resident, of this process.</param>
/// <param name="MemoryShare">The share that it takes of the memory this process may use, 0…1.</param>
/// <param name="ImagesPerSecond">Trained, over the whole time: validation and waiting included.</param>
/// <param name="DataWaitShare">The share of the time, 0…1, in which the network waited for its next batch.</param>
public sealed record SystemSampled(long Step, double CpuShare, long MemoryBytes, double MemoryShare, double ImagesPerSecond, double DataWaitShare) : RunEvent;

/// <summary>
/// What an epoch's validation looked like in detail. Told before its <see cref="EpochDone"/>; of an epoch told twice (after a kill) the last one counts.
/// </summary>
/// <param name="Classes">How many there are.</param>
/// <param name="Confusion">[label, prediction]: how many samples of the label were taken for the prediction; a NaN is taken for none.</param>
/// <param name="SampleProbabilities">[sample, class] of the samples of <see cref="SamplesChosen"/>, five decimals.</param>
/// <param name="Weights">One histogram for each weight tensor (norms and biases left out).</param>
/// <param name="Gradients">Gradients of the epoch's last step; empty when this process trained no step of it.</param>
public sealed record EpochObserved(
    int Epoch, long Step, int Classes,
    [property: JsonConverter(typeof(CountsConverter))] IReadOnlyList<int> Confusion, ScoreCounts Scores, IReadOnlyList<float> SampleProbabilities,
    IReadOnlyList<TensorHistogram> Weights, IReadOnlyList<TensorHistogram> Gradients) : RunEvent
{
    /// <summary>
    /// What each validation sample was taken for, in the split's order, a byte each and 255 for nothing; where there are 255 classes and more two bytes each,
    /// the lower first, and 65,535 for nothing. Base64 in the file. Null in runs from before it was told.
    /// </summary>
    public byte[]? Predictions { get; init; }

    /// <summary>As <see cref="Predictions"/>, −1 for nothing; null where they are not of so many samples.</summary>
    internal int[]? PredictionsOf(int samples)
    {
        var size = BytesOf(Classes);
        if (Predictions is not { } bytes || bytes.Length != (long)samples * size)
            return null;
        var none = size == 1 ? byte.MaxValue : ushort.MaxValue;
        return [.. Enumerable.Range(0, samples).Select(i => size == 1 ? bytes[i] : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)))
            .Select(number => number == none ? -1 : number)];
    }

    /// <summary>The bytes of <see cref="Predictions"/>.</summary>
    internal static byte[] Pack(IReadOnlyList<int> predictions, int classes)
    {
        var size = BytesOf(classes);
        var bytes = new byte[predictions.Count * size];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = unchecked((byte)(predictions[i / size] >> 8 * (i % size)));
        return bytes;
    }

    private static int BytesOf(int classes) => classes < byte.MaxValue ? 1 : 2;
}

/// <summary>
/// How sure the network was: for each class k the samples by the probability p they got for k, in bin ⌊p · (bins − 1)⌋. Precision and recall at the thresholds
/// i / (bins − 1) follow from it.
/// </summary>
/// <param name="Bins">For each class.</param>
/// <param name="Own">[class, bin] samples that are of the class.</param>
/// <param name="Other">[class, bin] samples that are not.</param>
public sealed record ScoreCounts(
    int Bins, [property: JsonConverter(typeof(CountsConverter))] IReadOnlyList<int> Own,
    [property: JsonConverter(typeof(CountsConverter))] IReadOnlyList<int> Other);

/// <summary>
/// Finite elements of a tensor in bins of equal width from <paramref name="Minimum"/> to <paramref name="Maximum"/>; one bin where these are equal, none
/// without elements.
/// </summary>
public sealed record TensorHistogram(string Name, double Minimum, double Maximum, IReadOnlyList<long> Counts)
{
    /// <summary>The left edge of bin number <paramref name="bin"/>; that of the bin after the last is <see cref="Maximum"/>.</summary>
    public double Edge(int bin) => bin == Counts.Count ? Maximum : Minimum + (Maximum - Minimum) * bin / Counts.Count;
}
