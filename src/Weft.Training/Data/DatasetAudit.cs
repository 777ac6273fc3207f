using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>Two training samples whose images are the same bytes.</summary>
/// <param name="CrossesSplit">One is trained on and the other validates: the validation knows it already.</param>
public sealed record DuplicateSamples(int First, int Second, bool CrossesSplit, bool LabelsDiffer);

/// <summary>What is worth knowing about a data set's training files before training on them. The test files stay closed.</summary>
public sealed record DatasetAudit(
    IReadOnlyList<int> TrainPerClass, IReadOnlyList<int> ValidationPerClass, DatasetStatistics Statistics, IReadOnlyList<DuplicateSamples> Duplicates)
{
    public static DatasetAudit Of(ImageDataset data, DatasetSplit split) => new(
        PerClass(data, split.Train), PerClass(data, split.Validation), DatasetStatistics.Of(data.Train, split.Train), FindDuplicates(data.Train, [.. split.Validation]));

    private static int[] PerClass(ImageDataset data, IReadOnlyList<int> indices)
    {
        var counts = new int[data.ClassCount];
        foreach (var index in indices)
            counts[data.Train.Label(index)]++;
        return counts;
    }

    private static List<DuplicateSamples> FindDuplicates(ImageSamples samples, HashSet<int> validation)
    {
        var seen = new Dictionary<UInt128, int>();
        var duplicates = new List<DuplicateSamples>();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var i = 0; i < samples.Count; i++)
        {
            SHA256.HashData(samples.Image(i), hash);
            if (seen.TryAdd(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash), i))
                continue;
            var first = seen[System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash)];
            duplicates.Add(new DuplicateSamples(first, i, validation.Contains(first) != validation.Contains(i), samples.Label(first) != samples.Label(i)));
        }

        return duplicates;
    }
}
