namespace Weft.Training;

/// <summary>Evaluates a run's checkpoint on the run's own data, preprocessed as it was trained.</summary>
public sealed class RunEvaluation : IDisposable
{
    private const int LargestBatch = 256;

    private readonly TrainingData _data;
    private readonly Device _device;
    private readonly NextStep _advice;

    /// <param name="open">Opens the data the run's configuration names.</param>
    /// <param name="threads">Default: all cores.</param>
    /// <param name="advice">As <see cref="RunChecks"/> takes it. Default: to evaluate with the data where they are now.</param>
    /// <exception cref="WeftException">
    /// As <see cref="RunChecks"/>; <see cref="ErrorKind.NoValidCheckpoint"/>: the checkpoint is damaged;
    /// <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public RunEvaluation(CheckpointReference checkpoint, Func<DataConfiguration, ImageDataset> open, int? threads = null, NextStep? advice = null)
    {
        Reference = checkpoint;
        _advice = advice ?? new WithData(new EvaluateRun(checkpoint.Run));
        var state = checkpoint.Read();
        Model = state.Model;
        var opened = RunChecks.Open(checkpoint.Run, state, open, _advice, checkpoint.Epochs);
        Configuration = opened.Configuration.Value;
        _data = opened.Data;
        _device = Device.Cpu(threads ?? Environment.ProcessorCount);
        var options = new CompileOptions { BatchSize = Evaluator.BatchSizeFor(Model.Shape, LargestBatch), Training = false };
        Model.RequireMemory(_device, options, _data.Dataset.Train.ResidentBytes);
        Network = Model.Compile(_device, options);
    }

    /// <summary>The configuration that the run was trained with.</summary>
    internal RunConfiguration Configuration { get; }

    public CheckpointReference Reference { get; }

    public TrainedModel Model { get; }

    public Network Network { get; }

    public EvaluationResult Validation(TestTimeAugmentation? augmentation = null, CancellationToken cancellationToken = default) =>
        Evaluate(_data.Dataset.Train, _data.Split.Validation, augmentation, cancellationToken);

    /// <summary>Opens the test images, and notes it in the ledger before it does.</summary>
    /// <exception cref="WeftException">As <see cref="TestLedger.Open(CheckpointReference, ImageDataset, NextStep)"/>.</exception>
    public EvaluationResult Test(TestLedger ledger, TestTimeAugmentation? augmentation = null, CancellationToken cancellationToken = default)
    {
        var test = ledger.Open(Reference, _data.Dataset, _advice);
        return Evaluate(test, [.. Enumerable.Range(0, test.Count)], augmentation, cancellationToken);
    }

    public void Dispose()
    {
        Network.Dispose();
        _device.Dispose();
    }

    private EvaluationResult Evaluate(ImageSamples samples, IReadOnlyList<int> indices, TestTimeAugmentation? augmentation, CancellationToken cancellationToken)
    {
        return Evaluator.Evaluate(Network, Model.LoaderOf(samples, indices, Network.Options.BatchSize), Model.Classes, augmentation, cancellationToken);
    }
}
