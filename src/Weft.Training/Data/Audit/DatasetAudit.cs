using System.IO.Hashing;

namespace Weft.Training;

/// <summary>Numbers are stored in reports: append only.</summary>
internal enum DataPart
{
    Train = 1,
    Validation = 2,
    Test = 3,
}

/// <summary>A sample by its part and its number in the files: training and validation samples are numbered together, test samples apart.</summary>
internal readonly record struct SampleReference(DataPart Part, int Index, int Label);

/// <summary>Two samples that look the same.</summary>
/// <param name="Correlation">The correlation of the pixels; 1 for equal bytes.</param>
internal sealed record DuplicateSamples(SampleReference First, SampleReference Second, double Correlation)
{
    /// <summary>Whether one is learned from and the other judges what was learned.</summary>
    public bool CrossesParts => First.Part != Second.Part;

    public bool LabelsDiffer => First.Label != Second.Label;
}

/// <summary>Samples of each class in a part.</summary>
internal sealed record ClassBalance(DataPart Part, ClassCounts Counts);

/// <summary>What <see cref="DatasetAudit"/> takes for a near duplicate, and how many it lists.</summary>
internal sealed record AuditOptions
{
    /// <summary>Above this Fashion-MNIST's pairs look like one photograph.</summary>
    public const double ThresholdOfArrays = 0.995;

    /// <value>
    /// Smallest correlation of the pixels, above 0 and at most 1. Default: null, <see cref="ThresholdOfArrays"/>; of pictures <see cref="LookAlikes"/> decides
    /// by its own.
    /// </value>
    public double? Threshold { get; init; }

    /// <value>Default: 100,000.</value>
    public int MaximumPairs { get; init; } = 100_000;
}

/// <summary>What is worth knowing about a data set before trusting a number measured on it.</summary>
/// <param name="Checksums">SHA-256 over the unpacked files of the training and, if it was given, the test part.</param>
/// <param name="Balance">One entry for each part.</param>
/// <param name="Statistics">Mean and deviation of the training part of the split.</param>
/// <param name="Exact">Samples with the bytes of an earlier one, each paired with the first such.</param>
/// <param name="Near">Pairs of different images that reach the threshold; of equal images only the first takes part.</param>
/// <param name="NearIsCut">Whether there are more near duplicates than were listed.</param>
internal sealed record DatasetAudit(
    IReadOnlyList<string> Checksums,
    IReadOnlyList<ClassBalance> Balance,
    DatasetStatistics Statistics,
    IReadOnlyList<DuplicateSamples> Exact,
    IReadOnlyList<DuplicateSamples> Near,
    bool NearIsCut)
{
    /// <summary>Audits the training files, and the test samples only when they are handed in.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DatasetAudit Of(
        ImageDataset data, DatasetSplit split, ImageSamples? test = null, AuditOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AuditOptions();
        var parts = new List<(DataPart Part, ImageSamples Samples, IReadOnlyList<int> Indices)> { (DataPart.Train, data.Train, split.Train),
            (DataPart.Validation, data.Train, split.Validation) };
        if (test is not null)
            parts.Add((DataPart.Test, test, test.Used));

        var references = new List<SampleReference>();
        foreach (var (part, samples, indices) in parts)
            references.AddRange(indices.Select(index => new SampleReference(part, index, samples.Label(index))));
        ReadOnlySpan<byte> Image(int i) => (references[i].Part == DataPart.Test ? test! : data.Train).Image(references[i].Index);
        var (distinct, copies) = Group(references.Count, Image);
        // Pictures are recompressed, resized and brightened on their way; arrays are not, and in them twins are alike to the pixel.
        var (near, isCut) = data.Pictures is not null && options.Threshold is null
            ? LookAlikes.Of(distinct.Count, i => Image(distinct[i]), data.Shape, Environment.ProcessorCount, cancellationToken)
            : new NearDuplicateSearch(
                distinct.Count, data.Shape, i => Image(distinct[i]), Environment.ProcessorCount, cancellationToken: cancellationToken)
                .Find(options.Threshold ?? AuditOptions.ThresholdOfArrays, options.MaximumPairs, cancellationToken);
        return new DatasetAudit(
            test is null ? [data.Fingerprint] : [data.Fingerprint, test.Fingerprint],
            [.. parts.Select(part => new ClassBalance(part.Part, ClassCounts.Of(part.Samples, part.Indices, data.ClassCount)))],
            DatasetStatistics.Of(data.Train, split.Train),
            [.. copies.Select(pair => new DuplicateSamples(references[pair.First], references[pair.Copy], 1))],
            [.. near.Select(pair => new DuplicateSamples(references[distinct[pair.First]], references[distinct[pair.Second]], pair.Correlation))],
            isCut);
    }

    /// <summary>Numbers of images that are the first of their kind, and the others each with its first. Only hashes are kept.</summary>
    private static (List<int> Distinct, List<(int First, int Copy)> Copies) Group(int count, ImageOf image)
    {
        var byContent = new Dictionary<UInt128, int>();
        var distinct = new List<int>();
        var copies = new List<(int First, int Copy)>();
        for (var i = 0; i < count; i++)
        {
            // Another image with this hash of 128 bits does not happen; one that is made so is told from it all the same.
            var hash = XxHash128.HashToUInt128(image(i));
            if (byContent.TryAdd(hash, i) || !image(i).SequenceEqual(image(byContent[hash])))
                distinct.Add(i);
            else
                copies.Add((byContent[hash], i));
        }

        return (distinct, copies);
    }
}
