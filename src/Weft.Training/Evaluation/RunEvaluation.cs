namespace Weft.Training;

/// <summary>The parts of a data set that can be evaluated. Numbers are stored: append only.</summary>
public enum EvaluationSplit
{
    Validation = 1,
    Test = 2,
}

/// <summary>Evaluates a run's checkpoint on the run's own data, preprocessed as it was trained.</summary>
public sealed class RunEvaluation : IDisposable
{
    private const int BatchSize = 256;

    private readonly ImageDataset _dataset;
    private readonly CpuDevice _device;

    /// <param name="open">Opens the data the run's configuration names.</param>
    /// <param name="threads">Default: all cores.</param>
    /// <exception cref="WeftException">Exit 13: other data than the run's; 22: the checkpoint is damaged; 33: written by a newer version.</exception>
    public RunEvaluation(CheckpointReference checkpoint, Func<DataConfiguration, ImageDataset> open, int? threads = null)
    {
        Reference = checkpoint;
        Checkpoint = checkpoint.Read();
        Configuration = new RunReader(checkpoint.Run).Configuration().Value;
        _dataset = open(Configuration.Data);
        CheckpointChecks.RequireSameData(Checkpoint, _dataset, checkpoint.Run);
        _device = new CpuDevice(threads ?? Environment.ProcessorCount);
        var options = new CompileOptions { BatchSize = BatchSize, Training = false };
        MemoryNeed.OfInference(Checkpoint, _device, options, _dataset.Train.Images.Length).RequireWithin(MemoryLimit.Current());
        Network = Network.Compile(Checkpoint.Card.Description, _device, options);
        Checkpoint.ApplyTo(Network);
    }

    /// <summary>The run's.</summary>
    public RunConfiguration Configuration { get; }

    public CheckpointReference Reference { get; }

    public Checkpoint Checkpoint { get; }

    public Network Network { get; }

    public EvaluationResult Validation(TestTimeAugmentation? augmentation = null, CancellationToken stop = default)
    {
        var data = TrainingData.Prepare(_dataset, Configuration.Data);
        return Evaluate(_dataset.Train, data.Split.Validation, augmentation, stop);
    }

    /// <summary>Opens the test images, and notes it in the ledger before it does.</summary>
    /// <exception cref="WeftException">A test file is missing or damaged, or the ledger cannot be written.</exception>
    public EvaluationResult Test(TestLedger ledger, TestTimeAugmentation? augmentation = null, CancellationToken stop = default)
    {
        ledger.Note(Reference);
        var test = _dataset.LoadTest();
        return Evaluate(test, [.. Enumerable.Range(0, test.Count)], augmentation, stop);
    }

    public void Dispose()
    {
        Network.Dispose();
        _device.Dispose();
    }

    private EvaluationResult Evaluate(ImageSamples samples, IReadOnlyList<int> indices, TestTimeAugmentation? augmentation, CancellationToken stop)
    {
        var preprocessing = Checkpoint.Card.Preprocessing;
        var statistics = new DatasetStatistics(preprocessing.Mean, preprocessing.StandardDeviation);
        return Evaluator.Evaluate(Network, new EvaluationLoader(samples, indices, statistics, BatchSize), Checkpoint.Card.Classes, augmentation, stop);
    }
}
