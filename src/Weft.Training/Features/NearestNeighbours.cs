namespace Weft.Training;

/// <param name="Row">In the table that was searched.</param>
/// <param name="Similarity">Cosine of the angle between the features: 1 for the same direction.</param>
internal readonly record struct Neighbour(int Row, float Similarity);

/// <summary>The most similar of many samples, by the cosine of their features.</summary>
internal static class NearestNeighbours
{
    private const int ItemsPerPass = 8192;
    private const int QueriesPerBatch = 256;

    /// <summary>Called with the similarities of one query to the items from <c>firstItem</c> on.</summary>
    public delegate void Visitor(int query, int firstItem, ReadOnlySpan<float> similarities);

    /// <summary>
    /// All products of rows of two normalized tables, by the engine's matrix product: the items are the weights of a layer, the queries its samples.
    /// </summary>
    /// <param name="visit">Called by one thread; for each query in the order of the items.</param>
    /// <exception cref="ArgumentException">The tables have different dimensions.</exception>
    public static void Visit(Device device, FeatureTable queries, FeatureTable items, Visitor visit, CancellationToken cancellationToken = default)
    {
        if (queries.Dimension != items.Dimension)
            throw new ArgumentException($"Features of {queries.Dimension} and of {items.Dimension} values cannot be compared.");
        for (var first = 0; first < items.Count; first += ItemsPerPass)
        {
            var count = Math.Min(ItemsPerPass, items.Count - first);
            using var product = new MatrixProduct(device, count, items.Dimension, Math.Min(QueriesPerBatch, queries.Count));
            product.Load(items.Values.Slice(first * items.Dimension, count * items.Dimension));
            for (var query = 0; query < queries.Count; query += QueriesPerBatch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var batch = Math.Min(QueriesPerBatch, queries.Count - query);
                var products = product.Multiply(queries.Values.Slice(query * queries.Dimension, batch * queries.Dimension));
                for (var i = 0; i < batch; i++)
                    visit(query + i, first, products.Slice(i * count, count));
            }
        }
    }

    /// <summary>For each query the <paramref name="count"/> nearest items.</summary>
    /// <param name="isWanted">Whether an item may be near a query, both by row. Default: all may.</param>
    public static NeighbourList[] Of(
        Device device, FeatureTable queries, FeatureTable items, int count, Func<int, int, bool>? isWanted = null,
        CancellationToken cancellationToken = default)
    {
        var lists = new NeighbourList[queries.Count];
        for (var i = 0; i < lists.Length; i++)
            lists[i] = new NeighbourList(count);
        Visit(device, queries, items, (query, first, similarities) =>
        {
            for (var i = 0; i < similarities.Length; i++)
            {
                if (isWanted is null || isWanted(query, first + i))
                    lists[query].Offer(first + i, similarities[i]);
            }
        }, cancellationToken);
        return lists;
    }

    /// <summary>For each query and each label the <paramref name="count"/> nearest items with that label, the nearest first.</summary>
    public static Neighbour[][][] ByLabel(
        Device device, FeatureTable queries, FeatureTable items, int labelCount, int count, CancellationToken cancellationToken = default)
    {
        var lists = new NeighbourList[queries.Count * labelCount];
        for (var i = 0; i < lists.Length; i++)
            lists[i] = new NeighbourList(count);
        Visit(device, queries, items, (query, first, similarities) =>
        {
            for (var i = 0; i < similarities.Length; i++)
                lists[query * labelCount + items.Labels[first + i]].Offer(first + i, similarities[i]);
        }, cancellationToken);
        return [.. Enumerable.Range(0, queries.Count)
            .Select(query => Enumerable.Range(0, labelCount).Select(label => lists[query * labelCount + label].ToArray()).ToArray())];
    }
}

/// <summary>The largest of the similarities it was offered; of equal ones those offered first.</summary>
internal struct NeighbourList(int capacity)
{
    private readonly Neighbour[] _kept = new Neighbour[capacity];
    private int _count;

    public readonly int Count => _count;

    public readonly Neighbour this[int rank] => _kept[rank];

    public void Offer(int row, float similarity)
    {
        if (_count == _kept.Length && !(similarity > _kept[_count - 1].Similarity))
            return;
        var place = _count < _kept.Length ? _count++ : _count - 1;
        for (; place > 0 && similarity > _kept[place - 1].Similarity; place--)
            _kept[place] = _kept[place - 1];
        _kept[place] = new Neighbour(row, similarity);
    }

    public readonly Neighbour[] ToArray() => _kept[.._count];
}
