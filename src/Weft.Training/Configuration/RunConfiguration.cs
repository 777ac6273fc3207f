namespace Weft.Training;

/// <summary>Everything a run depends on. The same configuration on the same data gives the same checkpoint bytes; threads and save times do not count.</summary>
public sealed record RunConfiguration
{
    public ModelConfiguration Model { get; init; } = new();

    public DataConfiguration Data { get; init; } = new();

    public TrainingConfiguration Training { get; init; } = new();

    public OptimizerConfiguration Optimizer { get; init; } = new();

    public ScheduleConfiguration Schedule { get; init; } = new();

    public EarlyStoppingConfiguration EarlyStopping { get; init; } = new();

    public CheckpointConfiguration Checkpoint { get; init; } = new();
}

public sealed record ModelConfiguration
{
    /// <value>A name of the model catalog. Default: "small".</value>
    public string Name { get; init; } = "small";

    /// <value>Dropout rate in place of the model's own. Default: none (the model's own).</value>
    public double? Dropout { get; init; }
}

public sealed record DataConfiguration
{
    /// <value>Default: "fashion-mnist".</value>
    public string Name { get; init; } = "fashion-mnist";

    /// <value>Where the files are. Default: none (the usual places are searched).</value>
    public string? Folder { get; init; }

    /// <value>Only the first samples of the training split. Default: none (all).</value>
    public int? LimitTrain { get; init; }

    /// <value>Only the first samples of the validation split. Default: none (all).</value>
    public int? LimitValidation { get; init; }

    /// <value>Samples held out of the training files for validation. Default: 5000.</value>
    public int ValidationCount { get; init; } = 5000;

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
}

public sealed record OptimizerConfiguration
{
    /// <value>Default: sgd.</value>
    public OptimizerName Name { get; init; } = OptimizerName.Sgd;

    /// <value>The schedule's highest learning rate. Default: 0.05.</value>
    public double LearningRate { get; init; } = 0.05;

    /// <value>SGD only. Default: 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <value>SGD only. Default: true.</value>
    public bool Nesterov { get; init; } = true;

    /// <value>Adam and AdamW only. Default: 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>Adam and AdamW only. Default: 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>Adam and AdamW only. Default: 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <value>Default: 0.</value>
    public double WeightDecay { get; init; }

    /// <value>Whether norms and biases decay too. Default: false.</value>
    public bool DecayNormsAndBiases { get; init; }
}

/// <summary>Numbers are stored in configurations: append only.</summary>
public enum ScheduleName
{
    Constant = 1,
    OneCycle = 2,
}

public sealed record ScheduleConfiguration
{
    /// <value>Default: one_cycle.</value>
    public ScheduleName Name { get; init; } = ScheduleName.OneCycle;

    /// <value>Share of all steps in which the learning rate rises. Default: 0.3.</value>
    public double WarmUpFraction { get; init; } = 0.3;

    /// <value>The first learning rate is the highest divided by this. Default: 25.</value>
    public double InitialDivisor { get; init; } = 25;

    /// <value>The last learning rate is the first divided by this. Default: 10000.</value>
    public double FinalDivisor { get; init; } = 10000;
}

/// <summary>Numbers are stored in checkpoints: append only.</summary>
public enum EarlyStoppingMetric
{
    ValidationAccuracy = 1,
    ValidationLoss = 2,
}

public sealed record EarlyStoppingConfiguration
{
    /// <value>Default: validation_accuracy.</value>
    public EarlyStoppingMetric Metric { get; init; } = EarlyStoppingMetric.ValidationAccuracy;

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
