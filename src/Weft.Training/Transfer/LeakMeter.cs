namespace Weft.Training;

/// <summary>
/// How much a random division would flatter: the share of pictures whose nearest other picture has their class, among all others and among those of other
/// groups. What the first has more than the second is copies, not knowledge.
/// </summary>
/// <param name="Random">The share with any other picture.</param>
/// <param name="Grouped">The share with pictures of other groups; the same where there are no groups.</param>
internal sealed record LeakMeter(double Random, double Grouped)
{
    /// <summary>Above this the random number is not to be believed.</summary>
    public const double Much = 0.03;

    public double Gap => Random - Grouped;

    /// <param name="features">One view of each picture; normalized here.</param>
    /// <param name="groups">By the picture's number in the data set; null where each is alone.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static LeakMeter Of(Device device, FeatureTable features, IReadOnlyList<int>? groups, CancellationToken cancellationToken = default)
    {
        var table = features.Normalized();
        int[] group = [.. table.Indices.ToArray().Select(index => groups?[index] ?? index)];
        var (any, other) = (new Neighbour[table.Count], new Neighbour[table.Count]);
        Array.Fill(any, new Neighbour(-1, float.NegativeInfinity));
        Array.Fill(other, new Neighbour(-1, float.NegativeInfinity));
        NearestNeighbours.Visit(device, table, table, (query, first, similarities) =>
        {
            for (var i = 0; i < similarities.Length; i++)
            {
                if (first + i != query && similarities[i] > any[query].Similarity)
                    any[query] = new Neighbour(first + i, similarities[i]);
                if (group[first + i] != group[query] && similarities[i] > other[query].Similarity)
                    other[query] = new Neighbour(first + i, similarities[i]);
            }
        }, cancellationToken);
        return new LeakMeter(Share(any), Share(other));

        double Share(Neighbour[] nearest) =>
            (double)Enumerable.Range(0, nearest.Length).Count(row => nearest[row].Row >= 0 && table.Labels[nearest[row].Row] == table.Labels[row])
            / Math.Max(1, nearest.Length);
    }
}
