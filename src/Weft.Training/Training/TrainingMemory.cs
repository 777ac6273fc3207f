namespace Weft.Training;

/// <summary>What a training takes of memory, known before it begins.</summary>
internal static class TrainingMemory
{
    /// <summary>The need of a training as configured, part by part.</summary>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    public static MemoryNeed Of(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, bool readsCheckpoint = false)
    {
        var training = configuration.Training;
        var network = Network.MeasureMemory(description, device, configuration.CompileOptions);
        var state = (configuration.Optimizer is SgdOptions ? 1 : 2) * network.ParameterBytes;
        var averages = configuration.Training.EmaDecay is null ? 0 : network.StateBytes;
        var checkpoint = network.StateBytes + state + averages;
        return MemoryNeed.OfProgram
            .With("the data set", samples.ResidentBytes).With("the network", network.Bytes)
            .With("sums over shards", training.Shards == 1 ? 0 : (ShardedGradients.SumsFor(training.Shards, RankGroup.Alone) + 1) * network.StateBytes)
            .With("the optimizer", state + averages + (configuration.Sam.Rho is null ? 0 : network.StateBytes))
            .With("checkpoints", (readsCheckpoint ? MemoryNeed.ReadingCopies + 1 : 1) * checkpoint)
            .WithBatches(configuration.Training.BatchSize, description.Input);
    }

    /// <summary>Refuses a training that does not fit, and names a smaller batch that does.</summary>
    /// <param name="isNew">False where the training goes on with a run, whose batch size cannot change.</param>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.OutOfMemory"/>.</exception>
    public static void Require(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, MemoryLimit limit,
        bool isNew, bool readsCheckpoint = false)
    {
        MemoryNeed Need(int batchSize)
        {
            var smaller = configuration with { Training = configuration.Training with { BatchSize = batchSize } };
            return Of(smaller, description, device, samples, readsCheckpoint);
        }

        NextStep? SmallerBatch()
        {
            for (var smaller = configuration.Training.BatchSize / 2; smaller >= 1; smaller /= 2)
            {
                if (Need(smaller).Bytes <= limit.Bytes)
                    return new RepeatWith(new ConfigurationValue("training.batch_size", $"{smaller}", "memory"));
            }

            return null;
        }

        Need(configuration.Training.BatchSize).RequireWithin(limit, isNew ? SmallerBatch : null);
    }
}
