using System.Numerics;

namespace Weft.Training.Tests;

public class ShardTests
{
    public static TheoryData<int> Numbers => [1, 2, 3, 4, 5, 7, 8, 12, 16, 31];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Ranks_divide_the_shards_and_shards_the_samples(int shards)
    {
        for (var ranks = 1; ranks <= shards; ranks++)
        {
            var ranges = Enumerable.Range(0, ranks).Select(rank => ShardRange.OfRank(shards, rank, ranks)).ToList();
            Assert.Equal(Enumerable.Range(0, shards), ranges.SelectMany(range => Enumerable.Range(range.Start, range.Count)));
            Assert.All(ranges, range => Assert.InRange(range.Count, shards / ranks, shards / ranks + 1));
            foreach (var batch in new[] { 1, shards, 100, 101 })
            {
                var samples = Enumerable.Range(0, shards).Select(shard => ShardRange.Samples(batch, shard, shards)).ToList();
                Assert.Equal(Enumerable.Range(0, batch), samples.SelectMany(part => Enumerable.Range(part.Start, part.Count)));
                Assert.All(samples, part => Assert.InRange(part.Count, batch / shards, batch / shards + 1));
                Assert.Equal(
                    Enumerable.Range(0, batch),
                    ranges.Select(range => range.Samples(batch, shards)).SelectMany(part => Enumerable.Range(part.Start, part.Count)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_nodes_of_the_ranks_are_nodes_of_the_one_tree(int shards)
    {
        var tree = Below(new ShardRange(0, shards)).ToHashSet();
        for (var ranks = 1; ranks <= shards; ranks++)
        {
            for (var rank = 0; rank < ranks; rank++)
            {
                var range = ShardRange.OfRank(shards, rank, ranks);
                var nodes = range.Nodes(shards).ToList();
                Assert.Equal(Enumerable.Range(range.Start, range.Count), nodes.SelectMany(node => Enumerable.Range(node.Start, node.Count)));
                Assert.All(nodes, node => Assert.Contains(node, tree));
                Assert.InRange(nodes.Count, 1, 2 * (int)Math.Ceiling(Math.Log2(shards)) + 1);
            }
        }

        Assert.Equal(new ShardRange(0, shards), Assert.Single(ShardRange.OfRank(shards, 0, 1).Nodes(shards)));
        Assert.Equal(BitOperations.Log2((uint)shards) + 1, ShardRange.SumsFor([new ShardRange(0, shards)]));

        static IEnumerable<ShardRange> Below(ShardRange node)
        {
            yield return node;
            if (node.IsLeaf)
                yield break;
            var (first, second) = node.Parts();
            Assert.Equal((node.Start, node.Count), (first.Start, first.Count + second.Count));
            Assert.True(int.IsPow2(first.Count) && second.Start == first.End);
            foreach (var below in Below(first).Concat(Below(second)))
                yield return below;
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(5, 4)]
    [InlineData(8, 3)]
    [InlineData(8, 8)]
    [InlineData(13, 5)]
    public void An_exchange_adds_in_the_order_of_the_tree(int shards, int ranks)
    {
        var expected = new float[Length()];
        for (var i = 0; i < expected.Length; i++)
            expected[i] = ByTheTree(new ShardRange(0, shards), i);
        // The order shows: left to right gives other bits somewhere.
        Assert.Contains(
            Enumerable.Range(0, expected.Length),
            i => shards <= 3 || Enumerable.Range(0, shards).Aggregate(0f, (sum, shard) => sum + Number(shard, i)) != expected[i]);
        ThreadRanks.Run(ranks, group =>
        {
            using var network = Compile();
            // A bucket that is no multiple of anything, smaller than the network.
            var exchange = new ShardExchange(group, shards, bucket: 5000);
            var sums = exchange.Nodes.Select(node =>
            {
                var sum = network.Tensors.AllocateGradientSum();
                for (var i = 0; i < sum.Values.Length; i++)
                    sum.Values[i] = ByTheTree(node, i);
                return sum;
            }).ToList();
            exchange.AddUp(sums);
            Assert.Equal(expected, sums[0].Values.ToArray());
            sums.ForEach(sum => sum.Dispose());
        });

        static Network Compile() => Network.Compile(
            new NetworkDescription("plain", new FeatureShape(4, 4, 8), new Sequential(new Flatten(), new Linear(100))), Device.Cpu(1),
            new CompileOptions { BatchSize = 1 });

        static int Length()
        {
            using var network = Compile();
            using var sum = network.Tensors.AllocateGradientSum();
            Assert.True(sum.Values.Length > 10_000);
            return sum.Values.Length;
        }

        static float Number(int shard, int i) => (float)Rng.For(shard, RngPurpose.Analysis).Normal(i);

        static float ByTheTree(ShardRange node, int i)
        {
            if (node.IsLeaf)
                return Number(node.Start, i);
            var (first, second) = node.Parts();
            return ByTheTree(first, i) + ByTheTree(second, i);
        }
    }

    [Fact]
    public void What_rank_0_has_reaches_every_rank_whole()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];
        ThreadRanks.Run(3, ranks =>
        {
            Assert.Equal(bytes, ranks.Broadcast(ranks.Rank == 0 ? bytes : [1, 2, 3]));
            Assert.Empty(ranks.Broadcast([]));
            Assert.Equal([0, 10, 20], ranks.AllGather(10 * ranks.Rank));
        });
    }

    [Fact]
    public void A_process_by_itself_is_a_group_of_one()
    {
        Assert.Equal([42], RankGroup.Alone.AllGather(42));
        Assert.Equal([1, 2, 3], RankGroup.Alone.Broadcast([1, 2, 3]));
        Assert.Equal((0, 1), (RankGroup.Alone.Rank, RankGroup.Alone.Size));
    }
}
