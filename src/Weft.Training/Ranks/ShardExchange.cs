using System.Numerics;
using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>
/// Adds up what the ranks have of a batch's gradient, node by node of the tree over the shards: each rank gets a part of every node, adds, and gives its part
/// of the sum to all. So each addition is done once, in the same order for any number of ranks, and 2·(R − 1)/R of the numbers leave and reach each rank.
/// </summary>
internal sealed class ShardExchange
{
    // Parts begin at whole lines of memory.
    private const int BlockLength = 4096;

    private readonly RankGroup _ranks;
    private readonly int _shards;
    private readonly ShardRange[][] _nodes;
    private readonly int _bucket;
    private float[] _sent = [];
    private float[] _received = [];

    /// <param name="bucket">Numbers that are exchanged at once; what an exchange needs of memory grows with it, and no bit depends on it.</param>
    public ShardExchange(RankGroup ranks, int shards, int bucket = 1024 * BlockLength)
    {
        (_ranks, _shards, _bucket) = (ranks, shards, bucket);
        _nodes = [.. Enumerable.Range(0, ranks.Size).Select(rank => ShardRange.OfRank(shards, rank, ranks.Size).Nodes(shards).ToArray())];
    }

    /// <summary>The nodes that this rank adds up by itself.</summary>
    public IReadOnlyList<ShardRange> Nodes => _nodes[_ranks.Rank];

    /// <summary>The sum over all shards, left in the first of <paramref name="sums"/>.</summary>
    /// <param name="sums">The sums of <see cref="Nodes"/>, in their order.</param>
    public void AddUp(IReadOnlyList<GradientSum> sums)
    {
        if (_ranks.Size == 1)
            return; // the one node is all of them
        var length = sums[0].Values.Length;
        for (var start = 0; start < length; start += _bucket)
            AddUp(sums, start, Math.Min(_bucket, length - start));
    }

    private void AddUp(IReadOnlyList<GradientSum> sums, int start, int length)
    {
        var parts = Enumerable.Range(0, _ranks.Size).Select(rank => Part(length, rank)).ToArray();
        var own = parts[_ranks.Rank].Length;
        int[] sendLengths = [.. parts.Select(part => part.Length * sums.Count * sizeof(float))];
        int[] receiveLengths = [.. _nodes.Select(nodes => nodes.Length * own * sizeof(float))];
        var sent = Buffer(ref _sent, length * sums.Count);
        var filled = 0;
        foreach (var part in parts)
        {
            foreach (var sum in sums)
            {
                sum.Values.Slice(start + part.Start, part.Length).CopyTo(sent[filled..]);
                filled += part.Length;
            }
        }

        var received = Buffer(ref _received, own * _nodes.Sum(nodes => nodes.Length));
        _ranks.AllToAll(MemoryMarshal.AsBytes(sent), sendLengths, MemoryMarshal.AsBytes(received), receiveLengths);
        var whole = AddUp(new ShardRange(0, _shards), Places(own), received, own);
        int[] lengths = [.. parts.Select(part => part.Length * sizeof(float))];
        _ranks.AllGather(MemoryMarshal.AsBytes(whole), MemoryMarshal.AsBytes(sums[0].Values.Slice(start, length)), lengths);
    }

    // The numbers of a bucket that a rank adds up.
    private (int Start, int Length) Part(int length, int rank)
    {
        var blocks = (length + BlockLength - 1) / BlockLength;
        int start = Edge(rank), end = Edge(rank + 1);
        return (start, end - start);

        int Edge(int number) => Math.Min(length, (int)((long)blocks * number / _ranks.Size) * BlockLength);
    }

    // Where the part of each rank's nodes lies among what was received.
    private Dictionary<ShardRange, int> Places(int own) =>
        _nodes.SelectMany(nodes => nodes).Select((node, i) => KeyValuePair.Create(node, i * own)).ToDictionary();

    private static Span<float> AddUp(ShardRange node, Dictionary<ShardRange, int> places, Span<float> received, int length)
    {
        if (places.TryGetValue(node, out var place))
            return received.Slice(place, length);
        var (first, second) = node.Parts();
        var sum = AddUp(first, places, received, length);
        Add(sum, AddUp(second, places, received, length));
        return sum;
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> other)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= sum.Length; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + new Vector<float>(other[i..])).CopyTo(sum[i..]);
        for (; i < sum.Length; i++)
            sum[i] += other[i];
    }

    private static Span<float> Buffer(ref float[] memory, int length)
    {
        if (memory.Length < length)
            memory = new float[length];
        return memory.AsSpan(0, length);
    }
}
