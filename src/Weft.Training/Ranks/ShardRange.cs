using System.Numerics;

namespace Weft.Training;

/// <summary>
/// Consecutive shards of a batch, and the node over them in the tree by which the shards' gradients are added: a node of several shards is the sum of its first
/// 2ᵏ, the largest power of two below their number, and of the rest. The tree over all shards depends on their number alone.
/// </summary>
internal readonly record struct ShardRange(int Start, int Count)
{
    public int End => Start + Count;

    /// <summary>Whether this is one shard.</summary>
    public bool IsLeaf => Count == 1;

    /// <summary>The node's two parts; for a node that is no leaf.</summary>
    public (ShardRange First, ShardRange Second) Parts()
    {
        var first = 1 << (BitOperations.Log2((uint)Count - 1));
        return (new ShardRange(Start, first), new ShardRange(Start + first, Count - first));
    }

    /// <summary>The shards that a rank computes: ⌊V·r/R⌋ … ⌊V·(r + 1)/R⌋ − 1.</summary>
    public static ShardRange OfRank(int shards, int rank, int ranks)
    {
        var start = (int)((long)shards * rank / ranks);
        return new ShardRange(start, (int)((long)shards * (rank + 1) / ranks) - start);
    }

    /// <summary>The largest nodes of the tree over so many shards that lie in this range, in order.</summary>
    public IEnumerable<ShardRange> Nodes(int shards) => NodesBelow(new ShardRange(0, shards), this);

    /// <summary>Sums that adding up such nodes holds at once, the finished ones among them.</summary>
    public static int SumsFor(IReadOnlyList<ShardRange> nodes) => nodes.Select((node, finished) => finished + Needed(node)).DefaultIfEmpty(0).Max();

    /// <summary>The samples of a shard of a batch; shards differ by one sample at most.</summary>
    public static (int Start, int Count) Samples(int batch, int shard, int shards)
    {
        var start = (int)((long)batch * shard / shards);
        return (start, (int)((long)batch * (shard + 1) / shards) - start);
    }

    /// <summary>The samples of all shards of this range.</summary>
    public (int Start, int Count) Samples(int batch, int shards)
    {
        var start = Samples(batch, Start, shards).Start;
        return (start, (int)((long)batch * End / shards) - start);
    }

    private static IEnumerable<ShardRange> NodesBelow(ShardRange node, ShardRange range)
    {
        if (node.End <= range.Start || node.Start >= range.End)
            return [];
        if (node.Start >= range.Start && node.End <= range.End)
            return [node];
        var (first, second) = node.Parts();
        return NodesBelow(first, range).Concat(NodesBelow(second, range));
    }

    private static int Needed(ShardRange node)
    {
        if (node.IsLeaf)
            return 1;
        var (first, second) = node.Parts();
        return Math.Max(Needed(first), 1 + Needed(second));
    }
}
