namespace Weft;

/// <summary>Work on a chunk of a tensor's elements.</summary>
internal interface IChunkWork
{
    /// <param name="chunk">Number of the chunk among all, for results of its own.</param>
    void Run(int chunk, int tensor, int start, int length);
}

/// <summary>
/// Tensors cut into chunks for element-wise work. The cut depends on the lengths alone, never on the number of threads: so sums over chunks,
/// added in the chunks' order, have the same bits on every machine.
/// </summary>
internal sealed class ElementChunks
{
    // 64 KB of each operand: with three or four operands a chunk fits a second-level cache, and starting one costs nothing beside it.
    // A multiple of every vector length, so only a tensor's last chunk has a remainder.
    private const int ChunkLength = 16 * 1024;

    private readonly (int Tensor, int Start, int Length)[] _chunks;

    public ElementChunks(IEnumerable<int> lengths)
    {
        var chunks = new List<(int, int, int)>();
        var tensor = 0;
        foreach (var length in lengths)
        {
            for (var start = 0; start < length; start += ChunkLength)
                chunks.Add((tensor, start, Math.Min(ChunkLength, length - start)));
            tensor++;
        }

        _chunks = [.. chunks];
    }

    public int Count => _chunks.Length;

    public void Run<TWork>(TWork work) where TWork : struct, IChunkWork
    {
        for (var i = 0; i < _chunks.Length; i++)
        {
            var (tensor, start, length) = _chunks[i];
            work.Run(i, tensor, start, length);
        }
    }
}
