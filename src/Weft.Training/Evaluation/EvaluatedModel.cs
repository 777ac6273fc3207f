namespace Weft.Training;

/// <summary>A checkpoint's network, ready to be measured.</summary>
internal sealed class EvaluatedModel : IDisposable
{
    private const int LargestBatch = 256;

    private readonly Device _device;

    /// <param name="threads">Default: all cores.</param>
    /// <param name="samples">Bytes that are held of the data.</param>
    /// <exception cref="WeftException">The network does not fit into memory, or its weights do not fit it.</exception>
    public EvaluatedModel(TrainedModel model, int? threads, long samples)
    {
        Model = model;
        _device = Device.Cpu(threads ?? Environment.ProcessorCount);
        var options = new CompileOptions { BatchSize = Evaluator.BatchSizeFor(model.Shape, LargestBatch), Training = false };
        model.RequireMemory(_device, options, samples);
        Network = model.Compile(_device, options);
    }

    public TrainedModel Model { get; }

    public Network Network { get; }

    public EvaluationResult Evaluate(
        ImageSamples samples, IReadOnlyList<int> indices, TestTimeAugmentation? augmentation, CancellationToken cancellationToken) =>
        Evaluator.Evaluate(Network, Model.LoaderOf(samples, indices, Network.Options.BatchSize), Model.Classes, augmentation, cancellationToken);

    public void Dispose()
    {
        Network.Dispose();
        _device.Dispose();
    }
}
