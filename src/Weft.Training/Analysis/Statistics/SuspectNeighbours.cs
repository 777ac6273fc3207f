namespace Weft.Training;

/// <summary>A training image that is near to another image.</summary>
/// <param name="Index">The sample's number in the data set's files.</param>
/// <param name="Similarity">The cosine of their features.</param>
internal sealed record NearSample(int Index, int Label, double Similarity);

/// <summary>What lies near to the images whose labels are suspect: often it shows at a glance who is right.</summary>
internal sealed class SuspectNeighbours
{
    /// <summary>So many neighbours of each.</summary>
    public const int Count = 3;

    // More of them nobody looks through.
    private const int Suspects = 2_000;

    private readonly Dictionary<int, IReadOnlyList<NearSample>> _near;

    private SuspectNeighbours(Dictionary<int, IReadOnlyList<NearSample>> near) => _near = near;

    public static SuspectNeighbours None { get; } = new([]);

    /// <summary>The nearest training images of a sample, the nearest first; none for those that are hardly suspect.</summary>
    public IReadOnlyList<NearSample> this[int index] => _near.GetValueOrDefault(index, []);

    /// <param name="described">The normalized features of the suspects, and perhaps of others.</param>
    /// <param name="train">The normalized features of the training images.</param>
    /// <param name="areNumberedTogether">Whether both tables count the same files, so that an image is not near to itself.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static SuspectNeighbours Of(
        Device device, SuspectLabels suspects, FeatureTable described, FeatureTable train, bool areNumberedTogether, CancellationToken cancellationToken)
    {
        var rowOf = new Dictionary<int, int>();
        for (var row = 0; row < described.Count; row++)
            rowOf.TryAdd(described.Indices[row], row);
        int[] numbers = [.. suspects.Ranked.Take(Suspects).Select(suspect => suspect.Index).Where(rowOf.ContainsKey)];
        if (numbers.Length == 0)
            return None;
        int[] own = train.Indices.ToArray(), labels = train.Labels.ToArray();
        var lists = NearestNeighbours.Of(
            device, described.Select([.. numbers.Select(index => rowOf[index])]), train, Count,
            (query, item) => !areNumberedTogether || own[item] != numbers[query], cancellationToken);
        return new SuspectNeighbours(numbers.Zip(lists).ToDictionary(pair => pair.First, pair => (IReadOnlyList<NearSample>)
            [.. pair.Second.ToArray().Select(near => new NearSample(own[near.Row], labels[near.Row], near.Similarity))]));
    }
}
