using Weft.Kernels;

namespace Weft.Devices.Cpu;

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

    private readonly WorkerTeam? _team;

    /// <param name="lengths">The tensors' numbers of elements.</param>
    /// <param name="team">Who shares the chunks; null for the calling thread alone.</param>
    public ElementChunks(IEnumerable<int> lengths, WorkerTeam? team)
    {
        _team = team;
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

    public void Run<TWork>(TWork work)
        where TWork : struct, IChunkWork
    {
        var tasks = new Tasks<TWork>(_chunks, work);
        if (_team is not null)
        {
            _team.Run(_chunks.Length, ref tasks);
            return;
        }

        for (var i = 0; i < _chunks.Length; i++)
            tasks.Run(i, 0);
    }

    private readonly struct Tasks<TWork>((int Tensor, int Start, int Length)[] chunks, TWork work) : IWork
        where TWork : struct, IChunkWork
    {
        public void Run(int task, int worker)
        {
            var (tensor, start, length) = chunks[task];
            work.Run(task, tensor, start, length);
        }
    }
}
