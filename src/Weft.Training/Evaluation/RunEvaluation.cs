namespace Weft.Training;

/// <summary>Evaluates a run's checkpoint on the run's own data, preprocessed as it was trained.</summary>
public sealed class RunEvaluation : IDisposable
{
    private readonly EvaluatedModel _evaluated;
    private readonly ImageDataset _own;
    private readonly NextStep _advice;
    private TrainingData _data;

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
        var opened = RunChecks.Open(checkpoint.Run, state, open, _advice, checkpoint.Epochs);
        Configuration = opened.Configuration.Value;
        (_data, _own) = (opened.Data, opened.Data.Dataset);
        _evaluated = new EvaluatedModel(state.Model, threads, _own.Train.ResidentBytes);
    }

    /// <summary>The configuration that the run was trained with.</summary>
    internal RunConfiguration Configuration { get; }

    public CheckpointReference Reference { get; }

    public TrainedModel Model => _evaluated.Model;

    public Network Network => _evaluated.Network;

    /// <summary>
    /// Measures with the labels that a file of corrections gives, whatever the run was trained with. The images stay in the parts they are in, but for those
    /// that are left out.
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the file is none, or does not fit the data.</exception>
    internal void Correct(string corrections)
    {
        var corrected = LabelCorrections.Read(corrections).Apply(_own.Uncorrected ?? _own);
        _data = TrainingData.Prepare(corrected, Configuration.Data, new RunReader(Reference.Run).Information.Data.SplitRule);
    }

    /// <summary>The images that <see cref="ValidationIndices"/> number.</summary>
    internal ImageSamples Images => _data.Dataset.Train;

    internal IReadOnlyList<int> ValidationIndices => _data.Split.Validation;

    /// <summary>What a person should know about the corrections; empty where there are none.</summary>
    internal IReadOnlyList<string> CorrectionNotes => [.. _data.Dataset.Notes.Except((_own.Uncorrected ?? _own).Notes)];

    public EvaluationResult Validation(TestTimeAugmentation? augmentation = null, CancellationToken cancellationToken = default) =>
        _evaluated.Evaluate(_data.Dataset.Train, _data.Split.Validation, augmentation, cancellationToken);

    /// <summary>Opens the test images, and notes it in the ledger before it does.</summary>
    /// <exception cref="WeftException">As <see cref="TestLedger.Open(CheckpointReference, ImageDataset, NextStep)"/>.</exception>
    public EvaluationResult Test(TestLedger ledger, TestTimeAugmentation? augmentation = null, CancellationToken cancellationToken = default)
    {
        var test = ledger.Open(Reference, _own, _advice);
        if (_data.Dataset != _own)
            test = _data.Dataset.LoadTest();
        return _evaluated.Evaluate(test, test.Used, augmentation, cancellationToken);
    }

    public void Dispose() => _evaluated.Dispose();
}
