namespace Weft.Training;

/// <summary>The computing part of a training: a network with its optimizer on a device, in memory that was found to be enough.</summary>
internal sealed class CompiledTraining : IDisposable
{
    private CompiledTraining(NetworkDescription description, Device device, Network network, Optimizer optimizer, WeightAverage? average)
    {
        (Description, Device, Network, Optimizer, Average) = (description, device, network, optimizer, average);
        CheckpointMemory = new CheckpointMemory(network, optimizer, average);
    }

    public NetworkDescription Description { get; }

    public Device Device { get; }

    public Network Network { get; }

    public Optimizer Optimizer { get; }

    public WeightAverage? Average { get; }

    public CheckpointMemory CheckpointMemory { get; }

    /// <param name="description">Null for the network that the configuration names.</param>
    /// <param name="isNew">Whether its batch size may still change, which matters where the memory is too small.</param>
    /// <param name="readsCheckpoint">Whether a checkpoint's weights are read into it, so that none need to be drawn.</param>
    /// <exception cref="WeftException">The network cannot be built, or there is too little memory.</exception>
    public static CompiledTraining Of(
        RunConfiguration configuration, NetworkDescription? description, ImageDataset dataset, Surroundings surroundings, bool isNew, bool readsCheckpoint)
    {
        Device? device = null;
        Network? network = null;
        Optimizer? optimizer = null;
        try
        {
            device = surroundings.Device(configuration.Training.Threads ?? Environment.ProcessorCount);
            description ??= configuration.Model.Describe(dataset.ClassCount, dataset.Shape);
            RequireFit(description, dataset);
            TrainingMemory.Require(configuration, description, device, dataset.Train, surroundings.Memory, isNew, readsCheckpoint);
            network = Network.Compile(description, device, configuration.CompileOptions with { DrawWeights = !readsCheckpoint });
            if (configuration.Backbone.Weights is not null)
                network.DecayLearningRates(configuration.Backbone.LayerDecay);
            optimizer = Optimizer.Create(configuration.EffectiveOptimizer, network.Tensors);
            var average = configuration.Training.EmaDecay is { } decay ? new WeightAverage(network.Tensors, decay) : null;
            return new CompiledTraining(description, device, network, optimizer, average);
        }
        catch (Exception failure)
        {
            optimizer?.Dispose();
            network?.Dispose();
            device?.Dispose();
            if (failure is NetworkException or ArgumentException)
                throw NetworkErrors.ToError(failure, $"model {description?.Name ?? configuration.Model.Name}");
            throw;
        }
    }

    private static void RequireFit(NetworkDescription description, ImageDataset dataset)
    {
        var classes = description.InferOutput().Channels;
        if (description.Input == dataset.Shape && classes == dataset.ClassCount)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"the network {description.Name} does not fit the data")
        {
            Expected = $"images of {dataset.Shape} in and {dataset.ClassCount} classes out, as {dataset.Name} has them",
            Found = $"{description.Input} in and {classes} out",
            Safe = "nothing was begun",
        };
    }

    public void Dispose()
    {
        Average?.Dispose();
        Optimizer.Dispose();
        Network.Dispose();
        Device.Dispose();
    }
}
