namespace Weft.Training;

/// <summary>What a training takes of memory, known before it begins.</summary>
internal static class TrainingMemory
{
    /// <summary>The need of a training as configured, part by part.</summary>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    public static MemoryNeed Of(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, bool readsCheckpoint = false)
    {
        var network = Network.MeasureMemory(description, device, configuration.CompileOptions);
        var state = (configuration.Optimizer is SgdOptions ? 1 : 2) * network.ParameterBytes;
        var averages = configuration.Training.EmaDecay is null ? 0 : network.StateBytes;
        var checkpoint = network.StateBytes + state + averages;
        return MemoryNeed.OfProgram
            .With("the data set", samples.Images.Length + (long)samples.Labels.Length).With("the network", network.Bytes)
            .With("the optimizer", state + averages + (configuration.Sam.Rho is null ? 0 : network.StateBytes))
            .With("checkpoints", (readsCheckpoint ? MemoryNeed.ReadingCopies + 1 : 1) * checkpoint)
            .WithBatches(configuration.Training.BatchSize, description.Input);
    }

    /// <summary>Refuses a training that does not fit, with the command of a smaller batch that does.</summary>
    /// <param name="commandLine">As typed; empty where the training goes on with a run, whose batch size cannot change.</param>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.OutOfMemory"/>.</exception>
    public static void Require(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, MemoryLimit limit,
        IReadOnlyList<string> commandLine, bool readsCheckpoint = false)
    {
        MemoryNeed Need(int batchSize)
        {
            var smaller = configuration with { Training = configuration.Training with { BatchSize = batchSize } };
            return Of(smaller, description, device, samples, readsCheckpoint);
        }

        var batchSize = configuration.Training.BatchSize;
        Need(batchSize).RequireWithin(limit, () => SmallerBatch.Advice(commandLine, batchSize, smaller => Need(smaller).Bytes <= limit.Bytes));
    }
}
