namespace Weft;

/// <summary>products[q, i] = Σ over d of queries[q, d] · items[i, d]: the device's matrix product, for tables of features.</summary>
public sealed class MatrixProduct : IDisposable
{
    private readonly Network _network;

    /// <param name="items">How many there are.</param>
    /// <param name="dimension">Floats of an item and of a query.</param>
    /// <param name="mostQueries">Queries of one <see cref="Multiply"/>, at most.</param>
    /// <exception cref="OutOfMemoryException">The buffers cannot be had.</exception>
    public MatrixProduct(Device device, int items, int dimension, int mostQueries) => _network = Network.Compile(
        new NetworkDescription("product", FeatureShape.Flat(dimension), new Linear(items) { Bias = false, Name = "items" }),
        device,
        new CompileOptions { BatchSize = mostQueries, Training = false, DrawWeights = false });

    /// <summary>Replaces all items by others.</summary>
    /// <param name="items">[items, dimension].</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public void Load(ReadOnlySpan<float> items) => _network.State[0].CopyFrom(items);

    /// <returns>[queries, items], until the next call.</returns>
    /// <param name="queries">[count, dimension].</param>
    public ReadOnlySpan<float> Multiply(ReadOnlySpan<float> queries)
    {
        var count = queries.Length / _network.Description.Input.Length;
        _network.Forward(queries, count);
        return _network.Logits;
    }

    public void Dispose() => _network.Dispose();
}
