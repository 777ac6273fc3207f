namespace Weft.Training;

/// <summary>Everything a run depends on. The same configuration on the same data gives the same checkpoint bytes; threads and save times do not count.</summary>
public sealed record RunConfiguration
{
    public ModelConfiguration Model { get; init; } = new();

    public DataConfiguration Data { get; init; } = new();

    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    public TrainingConfiguration Training { get; init; } = new();

    public OptimizerConfiguration Optimizer { get; init; } = new();

    public ScheduleConfiguration Schedule { get; init; } = new();

    public EarlyStoppingConfiguration EarlyStopping { get; init; } = new();

    public CheckpointConfiguration Checkpoint { get; init; } = new();

    public EvaluationConfiguration Evaluation { get; init; } = new();
}

public sealed record ModelConfiguration
{
    /// <value>A name of the model catalog, or the path of a model file. Default: "small".</value>
    public string Name { get; init; } = "small";

    /// <value>Dropout rate before the logits. Default: none (the model's own).</value>
    public double? Dropout { get; init; }

    /// <value>Dropout rate before a hidden fully connected layer. Default: none (the model's own).</value>
    public double? FeatureDropout { get; init; }

    /// <value>Dropout rate of whole channels behind every pool that lowers the resolution. Default: 0.</value>
    public double SpatialDropout { get; init; }

    /// <value>The norm behind every convolution. Default: batch.</value>
    public NormalizationName Normalization { get; init; } = NormalizationName.Batch;

    /// <value>Groups of group norm. Default: 8.</value>
    public int NormalizationGroups { get; init; } = 8;

    /// <value>Default: relu.</value>
    public ActivationName Activation { get; init; } = ActivationName.Relu;

    /// <value>Factor on the channels of all hidden layers. Default: 1.</value>
    public double Width { get; init; } = 1;

    /// <value>Layers, for models that come in several depths. Default: none (the model's own).</value>
    public int? Depth { get; init; }
}

public sealed record DataConfiguration
{
    /// <value>Default: "fashion-mnist".</value>
    public string Name { get; init; } = "fashion-mnist";

    /// <value>Where the files are. Default: none (the usual places are searched).</value>
    public string? Folder { get; init; }

    /// <value>Only the first samples of the training split, or some of each class where those would lose one. Default: none (all).</value>
    public int? LimitTrain { get; init; }

    /// <value>Only the first samples of the validation split, or some of each class where those would lose one. Default: none (all).</value>
    public int? LimitValidation { get; init; }

    /// <value>Samples held out of the training files for validation. Default: none (one in twelve: 5,000 of 60,000).</value>
    public int? ValidationCount { get; init; }

    /// <value>Seed of the split, apart from the run's so that runs stay comparable. Default: 0.</value>
    public long SplitSeed { get; init; }
}

public sealed record TrainingConfiguration
{
    /// <value>Default: 10.</value>
    public int Epochs { get; init; } = 10;

    /// <value>Samples in a step. Default: 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <value>Share of the target spread evenly over all classes. Default: 0.</value>
    public double LabelSmoothing { get; init; }

    /// <value>
    /// Decay of the moving average of the weights: with one, the averages are what is validated, kept and exported. Default: none (the weights themselves).
    /// </value>
    public double? EmaDecay { get; init; }

    /// <value>Seed of initial weights, order, augmentation and dropout. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>Default: none (all cores). The bits do not depend on it.</value>
    public int? Threads { get; init; }

    /// <value>Direct sums only, no shortcut that changes rounding. Default: false.</value>
    public bool Strict { get; init; }

    /// <value>Stop and save once this many seconds were spent. Default: none.</value>
    public double? TimeBudgetSeconds { get; init; }
}

/// <summary>Numbers are stored in configurations: append only.</summary>
public enum OptimizerName
{
    Sgd = 1,
    Adam = 2,
    AdamW = 3,
    RmsProp = 4,
}

public sealed record OptimizerConfiguration
{
    /// <value>Default: sgd.</value>
    public OptimizerName Name { get; init; } = OptimizerName.Sgd;

    /// <value>The schedule's highest learning rate. Default: 0.05.</value>
    public double LearningRate { get; init; } = 0.05;

    /// <value>SGD and RMSprop. Default: 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <value>SGD only. Default: true.</value>
    public bool Nesterov { get; init; } = true;

    /// <value>Adam and AdamW only. Default: 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>Adam and AdamW only. Default: 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>RMSprop only. Default: 0.99.</value>
    public double Smoothing { get; init; } = 0.99;

    /// <value>Adam, AdamW and RMSprop. Default: 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <value>Default: 0.</value>
    public double WeightDecay { get; init; }

    /// <value>Whether norms and biases decay too. Default: false.</value>
    public bool DecayNormsAndBiases { get; init; }

    /// <value>Longest gradient of all weights together. Default: none.</value>
    public double? ClipNorm { get; init; }

    /// <value>Sharpness-aware minimization at this distance, around the optimizer named. Default: none.</value>
    public double? SamRho { get; init; }

    /// <value>In how many of the last epochs; none is in all. Default: none.</value>
    public int? SamLastEpochs { get; init; }
}

/// <summary>Numbers are stored in configurations: append only.</summary>
public enum ScheduleName
{
    Constant = 1,
    OneCycle = 2,
    Step = 3,
    Exponential = 4,
    Cosine = 5,
    ReduceOnPlateau = 6,
}

public sealed record ScheduleConfiguration
{
    /// <value>Default: one_cycle.</value>
    public ScheduleName Name { get; init; } = ScheduleName.OneCycle;

    /// <value>One-cycle: share of all steps in which the learning rate rises. Default: 0.3.</value>
    public double RiseFraction { get; init; } = 0.3;

    /// <value>One-cycle: the first learning rate is the highest divided by this. Default: 25.</value>
    public double StartDivisor { get; init; } = 25;

    /// <value>One-cycle: the last learning rate is the first divided by this. Default: 10000.</value>
    public double EndDivisor { get; init; } = 10000;

    /// <value>Step: epochs between two changes. Default: 10.</value>
    public int EveryEpochs { get; init; } = 10;

    /// <value>Step, exponential and plateau: what the learning rate is multiplied by. Default: none (0.1, 0.95 and 0.1).</value>
    public double? Factor { get; init; }

    /// <value>Cosine and plateau: the lowest learning rate as a share of the highest. Default: 0.</value>
    public double EndFraction { get; init; }

    /// <value>Plateau: what has to improve. Default: validation_loss.</value>
    public EpochMetric Metric { get; init; } = EpochMetric.ValidationLoss;

    /// <value>Plateau: epochs without improvement that are let pass. Default: 5.</value>
    public int Patience { get; init; } = 5;

    /// <value>Plateau: a smaller change does not count. Default: 1e-4.</value>
    public double MinimumChange { get; init; } = 1e-4;

    /// <value>Plateau: epochs after a reduction that are not counted. Default: 0.</value>
    public int Cooldown { get; init; }

    /// <value>Any schedule: epochs in which the learning rate first rises linearly. Default: none.</value>
    public double? WarmUpEpochs { get; init; }

    /// <value>The first learning rate of the warm-up as a share of the schedule's. Default: 0.1.</value>
    public double WarmUpStart { get; init; } = 0.1;
}

/// <summary>Numbers are stored in checkpoints: append only.</summary>
public enum EpochMetric
{
    ValidationAccuracy = 1,
    ValidationLoss = 2,
}

public sealed record EarlyStoppingConfiguration
{
    /// <value>Default: validation_accuracy.</value>
    public EpochMetric Metric { get; init; } = EpochMetric.ValidationAccuracy;

    /// <value>Epochs without improvement before the run stops. Default: none (never stops early).</value>
    public int? Patience { get; init; }

    /// <value>A smaller change does not count as improvement. Default: 0.</value>
    public double MinimumChange { get; init; }

    /// <value>Epochs before this one are not counted. Default: 1.</value>
    public int StartEpoch { get; init; } = 1;
}

public sealed record CheckpointConfiguration
{
    /// <value>Seconds between saves inside an epoch. Default: 60; none saves only at the end of epochs.</value>
    public double? EverySeconds { get; init; } = 60;

    /// <value>Steps between saves inside an epoch. Default: none.</value>
    public int? EverySteps { get; init; }

    /// <value>Every this many epochs a checkpoint is kept for good. Default: none (best and last only).</value>
    public int? KeepEveryEpochs { get; init; }
}

public sealed record EvaluationConfiguration
{
    /// <value>Test-time augmentation: the mean over each image and its mirror image. Default: false.</value>
    public bool Tta { get; init; }

    /// <value>Test-time augmentation: the mean also over the image moved by up to this many pixels each way. Default: 0.</value>
    public int TtaShift { get; init; }

    internal TestTimeAugmentation Augmentation => new(Tta, TtaShift);
}
