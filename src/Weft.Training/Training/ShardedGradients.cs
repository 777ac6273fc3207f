namespace Weft.Training;

/// <summary>
/// The gradient of a batch that is cut into shards of consecutive samples, each a forward and a backward pass of its own: batch norm knows its shard alone,
/// dropout draws as in the whole batch. The gradient and the running statistics are the shards', weighted by their numbers of samples and added up by a tree on
/// the shards' numbers, so the bits depend on the number of shards and not on how many ranks compute them.
/// </summary>
/// <remarks>Hoffer et al., "Train longer, generalize better", NeurIPS 2017, for batch norm a shard ("ghost batch norm").</remarks>
internal sealed class ShardedGradients : IDisposable
{
    private readonly Network _network;
    private readonly int _shards;
    private readonly RankGroup _ranks;
    private readonly ShardExchange _exchange;
    private readonly Stack<GradientSum> _free = new();
    private readonly List<GradientSum> _all = [];
    private readonly ShardLoss[] _losses;
    private readonly ShardLoss[] _allLosses;

    /// <param name="network">Compiled for the largest shard.</param>
    private ShardedGradients(Network network, int shards, RankGroup ranks)
    {
        (_network, _shards, _ranks) = (network, shards, ranks);
        _exchange = new ShardExchange(ranks, shards);
        _losses = new ShardLoss[Own.Count];
        _allLosses = new ShardLoss[shards];
        for (var i = SumsFor(shards, ranks); i > 0; i--)
            _all.Add(network.Tensors.AllocateGradientSum());
        _all.ForEach(_free.Push);
    }

    /// <summary>What a shard's batch of logits costs, with its gradient left in the network.</summary>
    public delegate LossResult ShardEvaluation(in Targets targets);

    private ShardRange Own => ShardRange.OfRank(_shards, _ranks.Rank, _ranks.Size);

    /// <summary>Null where a batch is one shard: it is one pass then, and needs no sums.</summary>
    /// <param name="network">Compiled for the largest shard.</param>
    public static ShardedGradients? For(Network network, int shards, RankGroup ranks) => shards == 1 ? null : new ShardedGradients(network, shards, ranks);

    /// <summary>The samples of a batch that this rank computes.</summary>
    public (int Start, int Count) Samples(int batch) => Own.Samples(batch, _shards);

    /// <summary>Sums of gradients that a rank keeps in memory.</summary>
    public static int SumsFor(int shards, RankGroup ranks) => ShardRange.SumsFor([.. ShardRange.OfRank(shards, ranks.Rank, ranks.Size).Nodes(shards)]);

    /// <summary>Leaves the batch's gradient and running statistics in the network, and gives the batch's loss.</summary>
    public LossResult Compute(Batch batch, long step, ShardEvaluation evaluate)
    {
        _network.Tensors.KeepStatistics();
        var sums = _exchange.Nodes.Select(node => AddUp(node, batch, step, evaluate)).ToList();
        _exchange.AddUp(sums);
        sums[0].Give(withStatistics: !_network.Options.FrozenNormStatistics);
        sums.ForEach(_free.Push);
        return Loss(batch.Count);
    }

    public void Dispose() => _all.ForEach(sum => sum.Dispose());

    private GradientSum AddUp(ShardRange node, Batch batch, long step, ShardEvaluation evaluate)
    {
        if (node.IsLeaf)
            return Shard(node.Start, batch, step, evaluate);
        var (first, second) = node.Parts();
        var sum = AddUp(first, batch, step, evaluate);
        var other = AddUp(second, batch, step, evaluate);
        sum.Add(other);
        _free.Push(other);
        return sum;
    }

    private GradientSum Shard(int shard, Batch batch, long step, ShardEvaluation evaluate)
    {
        var sum = _free.Pop();
        var (start, count) = ShardRange.Samples(batch.Count, shard, _shards);
        if (count == 0) // an epoch's last batch may have fewer samples than shards
        {
            sum.Clear();
            _losses[shard - Own.Start] = default;
            return sum;
        }

        _network.ForwardTraining(batch.ImagesOf(start, count), count, step, start);
        var loss = evaluate(batch.TargetsOf(start, count));
        _losses[shard - Own.Start] = new ShardLoss(loss.MeanLoss * count, loss.Correct);
        _network.Backward();
        sum.Take((float)((double)count / batch.Count));
        return sum;
    }

    private LossResult Loss(int samples)
    {
        _ranks.AllGather<ShardLoss>(
            _losses, _allLosses, [.. Enumerable.Range(0, _ranks.Size).Select(rank => ShardRange.OfRank(_shards, rank, _ranks.Size).Count)]);
        var (sum, correct) = (0.0, 0L);
        foreach (var loss in _allLosses)
            (sum, correct) = (sum + loss.Sum, correct + loss.Correct);
        return new LossResult(sum / samples, (int)correct, samples);
    }

    private readonly record struct ShardLoss(double Sum, long Correct);
}
