namespace Weft.Training;

/// <summary>What several processes would make of a training, by arithmetic: nothing is measured between machines.</summary>
/// <param name="Ranks">Processes, each on a machine as fast as this one.</param>
/// <param name="ShardsOfRank">Shards of a batch that the busiest process computes.</param>
/// <param name="SamplesOfShard">Samples of the largest shard.</param>
/// <param name="BytesOfStep">Bytes that leave each process in a step, and as many that reach it.</param>
/// <param name="Links">For each kind of network between the machines.</param>
internal sealed record RankPlan(int Ranks, int ShardsOfRank, int SamplesOfShard, long BytesOfStep, IReadOnlyList<RankLink> Links)
{
    /// <summary>Below so many samples a shard fills the vectors and threads worse.</summary>
    public const int SmallShard = 64;

    /// <summary>With fewer steps an epoch than this, the learning rate and its schedule have to be found anew.</summary>
    public const int FewSteps = 100;

    /// <summary>Machines that compute for less than this share of their time do more elsewhere.</summary>
    public const double WorthwhileEfficiency = 0.5;

    // What a message costs before its first byte, times the messages of two collectives in pairs.
    private const double MessageSeconds = 25e-6;

    private static readonly (double Gigabits, double BytesPerSecond)[] Networks = [(1, 0.117e9), (10, 1.17e9), (100, 11.7e9)];

    /// <param name="shards">At least as many as ranks.</param>
    /// <param name="batch">Samples of a batch.</param>
    /// <param name="steps">Steps of an epoch.</param>
    /// <param name="shardSeconds">A step over one shard on this machine.</param>
    /// <param name="stateBytes">Weights and running statistics.</param>
    public static RankPlan Of(int ranks, int shards, int batch, int steps, double shardSeconds, long stateBytes)
    {
        return new RankPlan(ranks, OfBusiest(ranks), (batch + shards - 1) / shards, Bytes(ranks), [.. Networks.Select(network =>
        {
            var most = Enumerable.Range(1, shards).Last(number => Efficiency(number, network.BytesPerSecond) >= WorthwhileEfficiency);
            var step = Step(ranks, network.BytesPerSecond);
            return new RankLink(network.Gigabits, step, Efficiency(ranks, network.BytesPerSecond), steps * step, most);
        })]);

        int OfBusiest(int number) => (shards + number - 1) / number;

        long Bytes(int number) => 2 * stateBytes * (number - 1) / number;

        double Step(int number, double bytesPerSecond) =>
            OfBusiest(number) * shardSeconds + (number == 1 ? 0 : Bytes(number) / bytesPerSecond + 2 * (number - 1) * MessageSeconds);

        double Efficiency(int number, double bytesPerSecond) => shards * shardSeconds / number / Step(number, bytesPerSecond);
    }
}

/// <param name="Gigabits">Speed of the network between the machines, in Gbit/s.</param>
/// <param name="StepSeconds">Expected time of a step, the exchange after the computation.</param>
/// <param name="Efficiency">Share of the machines' time that computes: 1 is so many times as fast as one.</param>
/// <param name="EpochSeconds">Expected time of an epoch without its validation.</param>
/// <param name="MostRanks">The largest number of processes that compute for half of their time at least.</param>
internal sealed record RankLink(double Gigabits, double StepSeconds, double Efficiency, double EpochSeconds, int MostRanks);
