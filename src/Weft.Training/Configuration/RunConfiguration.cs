using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>
/// Everything a run depends on. The same configuration on the same data gives the same checkpoint bytes; threads and save times do not count.
/// Its properties are the sections of a configuration file, and the options of their records are the keys.
/// </summary>
internal sealed record RunConfiguration : OptionsRecord, IOptionRules
{
    public ModelConfiguration Model { get; init; } = new();

    public BackboneConfiguration Backbone { get; init; } = new();

    public HeadConfiguration Head { get; init; } = new();

    public DataConfiguration Data { get; init; } = new();

    [Section("augmentation")]
    public AugmentationPresetConfiguration AugmentationPreset { get; init; } = new();

    public AugmentationOptions Augmentation { get; init; } = new();

    public TrainingConfiguration Training { get; init; } = new();

    public Loss Loss { get; init; } = new CrossEntropyLoss();

    public OptimizerOptions Optimizer { get; init; } = new SgdOptions();

    [Section("optimizer", Prefix = "sam")]
    public SamConfiguration Sam { get; init; } = new();

    public Schedule Schedule { get; init; } = new OneCycleSchedule();

    [Section("schedule", With = typeof(ReduceOnPlateau))]
    public PlateauConfiguration Plateau { get; init; } = new();

    [Section("schedule", Prefix = "warm_up")]
    public WarmUpConfiguration WarmUp { get; init; } = new();

    public EarlyStoppingConfiguration EarlyStopping { get; init; } = new();

    public CheckpointConfiguration Checkpoint { get; init; } = new();

    public EvaluationConfiguration Evaluation { get; init; } = new();

    /// <summary>How the network is compiled.</summary>
    public CompileOptions CompileOptions => new()
    {
        BatchSize = Training.ShardSize, Seed = Training.Seed, Strict = Training.Strict,
        FrozenNormStatistics = Backbone is { Weights: not null, NormStatistics: NormStatistics.Frozen },
    };

    /// <summary><see cref="Optimizer"/>, inside SAM where that is on.</summary>
    public OptimizerOptions EffectiveOptimizer => Sam.Rho is { } rho ? new SamOptions(Optimizer) { Rho = rho } : Optimizer;

    /// <summary><see cref="Schedule"/> as it is used: with the direction of its metric, after a warm-up where there is one.</summary>
    public Schedule EffectiveSchedule
    {
        get
        {
            var schedule = Schedule is ReduceOnPlateau plateau ? plateau with { LargerIsBetter = Plateau.Metric.LargerIsBetter } : Schedule;
            return WarmUp.Epochs is { } epochs ? new WarmUp(schedule) { Epochs = epochs, StartFraction = WarmUp.Start } : schedule;
        }
    }

    IEnumerable<Problem> IOptionRules.Conflicts()
    {
        if (Backbone.IsFrozen && Training.Epochs != 1)
            yield return new Problem("training.epochs", "1: the last layer is fitted at once, or backbone.frozen: false", $"{Training.Epochs}");
        if (Training.Shards > Math.Max(1, Training.BatchSize))
            yield return new Problem("training.shards", $"at most training.batch_size = {Training.BatchSize}", $"{Training.Shards}");
        if (Sam is { LastEpochs: { } last, Rho: null })
            yield return new Problem("optimizer.sam_last_epochs", "none, or optimizer.sam_rho given too", $"{last} without optimizer.sam_rho");
        if (EarlyStopping.Patience is not null && EarlyStopping.StartEpoch > Training.Epochs)
            yield return new Problem("early_stopping.start_epoch", $"at most training.epochs = {Training.Epochs}", $"{EarlyStopping.StartEpoch}");
    }
}

internal sealed record ModelConfiguration : OptionsRecord, IOptionRules
{
    [Description("The network: a name of the catalog, or a model file (.yaml)."), ModelName]
    public string Name { get; init; } = "small";

    public ModelOptions Options { get; init; } = new();

    /// <summary>The network for data of so many classes and that shape. Its layers are known to fit together.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the model file is wrong, or a layer does not fit.</exception>
    public NetworkDescription Describe(int classes, FeatureShape input)
    {
        if (ModelFile.IsPath(Name))
            return ModelFile.Read(Name, classes, input);
        try
        {
            var description = ModelCatalog.Describe(Name, Options with { Classes = classes, Input = input });
            description.InferOutput();
            return description;
        }
        catch (Exception wrong) when (wrong is NetworkException or ArgumentException)
        {
            throw NetworkErrors.ToError(wrong, $"model {Name}");
        }
    }

    // A model file says all about its network; an option that could change it would be believed and do nothing.
    IEnumerable<Problem> IOptionRules.Conflicts()
    {
        if (Options.Depth is { } depth && ModelCatalog.Find(Name) is { } model && !model.HasDepth(depth))
            yield return new Problem("depth", model.Depths ?? $"none: {model.Name} comes in one depth only", $"{depth}");
        if (!ModelFile.IsPath(Name))
            yield break;
        var untouched = new ModelOptions();
        foreach (var key in OptionKey.Of(typeof(ModelOptions)).Where(key => key.IsConfigured && !Equals(key.Read(Options), key.Read(untouched))))
            yield return new Problem(key.Name, $"{OptionKey.Write(key.Read(untouched))}: a model file says it itself", OptionKey.Write(key.Read(Options)));
    }

    private sealed class ModelNameAttribute : TextChoicesAttribute
    {
        public override IReadOnlyList<string> Names => [.. ModelCatalog.Models.Select(model => model.Name)];

        public override string Others => "a .yaml file";

        public override string Pattern => "\\.[Yy][Aa]?[Mm][Ll]$";

        public override bool Allows(string text) => ModelCatalog.Find(text) is not null || ModelFile.IsPath(text);
    }
}

/// <summary>A network that knows pictures already, as the start of a training.</summary>
internal sealed record BackboneConfiguration : OptionsRecord
{
    [Description("Weights that the network starts from: those of a known network, or a .safetensors file; none draws them.")]
    public string? Weights { get; init; }

    [Description("With weights: everything but the last layer stays as it is, and that layer is fitted to the features.")]
    public bool Frozen { get; init; } = true;

    [Description("With weights and frozen false: learning rates shrink by this factor each time the resolution doubles on the way back to the images."),
        Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LayerDecay { get; init; } = 1;

    [Description("With weights and frozen false: whether batch norms keep the statistics that came with the weights, or go on with those of the batches.")]
    public NormStatistics NormStatistics { get; init; } = NormStatistics.Updated;

    /// <summary>Whether only the last layer is fitted.</summary>
    internal bool IsFrozen => Weights is not null && Frozen;
}

/// <summary>What becomes of the statistics of batch norms. Numbers are stored in configurations: append only.</summary>
internal enum NormStatistics
{
    /// <summary>They stay, and weights and biases are trained.</summary>
    Frozen = 1,
    Updated = 2,
}

/// <summary>The last layer over the features of a backbone (<see cref="BackboneConfiguration"/>).</summary>
internal sealed record HeadConfiguration : OptionsRecord
{
    [Description("Pull of the weights towards zero, over standardized features; none is chosen by cross-validation."), Range(0.0, 1e6)]
    public double? Strength { get; init; }

    [Description("Views of each training picture: 1 is the picture, 2 also its mirror image."), Range(1, 2)]
    public int Views { get; init; } = 2;

    [Description("Parts of the cross-validation that chooses the strength and says how much is known."), Range(2, 20)]
    public int Folds { get; init; } = 5;

    [Description("Takes rare classes as if they were frequent: this share of the logarithm of each class's frequency is left out of the logits."),
        Range(0.0, 1.5)]
    public double LogitAdjustment { get; init; }
}

public sealed record DataConfiguration : OptionsRecord
{
    [Description("The data set.")]
    public string Name { get; init; } = "fashion-mnist";

    [Description("Where its files are; none searches the usual places.")]
    public string? Folder { get; init; }

    [Description("Only the first samples of the training split; some of each class where those would lose one."), Range(1, int.MaxValue)]
    public int? LimitTrain { get; init; }

    [Description("Only the first samples of the validation split; some of each class where those would lose one."), Range(1, int.MaxValue)]
    public int? LimitValidation { get; init; }

    [Description("Samples held out of the training files for validation; none is one in twelve."), Range(1, int.MaxValue)]
    public int? ValidationCount { get; init; }

    /// <summary>Apart from the run's seed, so that runs stay comparable.</summary>
    [Description("Seed of the split into training and validation."), Range(0.0, long.MaxValue)]
    public long SplitSeed { get; init; }

    [Description("Pictures: those whose paths match this regular expression with the same text belong together and are never divided.")]
    public string? GroupPattern { get; init; }

    [Description("Pictures: those that look the same belong together and are never divided.")]
    public bool NearDuplicates { get; init; } = true;

    [Description("A file that says which labels are wrong: path,sha256,from,to; an empty class leaves the picture out, and so does a question mark.")]
    public string? Corrections { get; init; }

    /// <summary>How picture files become samples.</summary>
    [Section("picture")]
    public PictureOptions Picture { get; init; } = new();

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the pattern is none.</exception>
    internal DataOptions ToOptions()
    {
        try
        {
            return new DataOptions
            {
                Picture = Picture, NearDuplicates = NearDuplicates, Corrections = Corrections,
                GroupPattern = GroupPattern is null ? null : new Regex(GroupPattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
            };
        }
        catch (ArgumentException wrong)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the pattern of groups is no regular expression", wrong)
            {
                Where = "data.group_pattern", Expected = "such as ^(?<group>[a-z]+)_", Found = GroupPattern, Safe = "nothing was touched",
            };
        }
    }
}

/// <summary>The section <c>training</c> of a configuration.</summary>
internal sealed record TrainingConfiguration : TrainingSettings
{
    public TrainingConfiguration() { }

    internal TrainingConfiguration(TrainingSettings settings)
        : base(settings)
    {
    }
}

/// <summary>How long and how a network is trained, apart from the records that have a section of their own.</summary>
public abstract record TrainingSettings : OptionsRecord
{
    [Description("Passes over the training split."), Range(1, 100_000)]
    public int Epochs { get; init; } = 10;

    [Description("Samples in a step."), Range(1, 8192)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Each shard is a pass of its own, with batch norm over its samples alone; their gradients are added up. What computes the shards, one process or
    /// several, changes no bit.</summary>
    [Description("Parts that each batch is cut into; up to so many processes may train the network together (mpirun). Batch norm knows its part alone."),
        Range(1, 8192)]
    public int Shards { get; init; } = 1;

    /// <summary>With a decay the averages are what is validated, kept and exported.</summary>
    [Description("Decay of the moving average of the weights, which is then what is validated and kept; none keeps the weights themselves."),
        Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? EmaDecay { get; init; }

    [Description("Seed of initial weights, order, augmentation and dropout."), Range(0.0, long.MaxValue)]
    public long Seed { get; init; }

    [Description("Worker threads; none uses all cores. The bits do not depend on it."), Range(1, 256)]
    public int? Threads { get; init; }

    [Description("Direct sums only, no shortcut that changes rounding.")]
    public bool Strict { get; init; }

    [Description("Stop and save once this many seconds were spent."), Range(0.0, 1e8, MinimumIsExclusive = true)]
    public double? TimeBudgetSeconds { get; init; }

    /// <summary>Samples of the largest shard.</summary>
    internal int ShardSize => (BatchSize + Shards - 1) / Shards;
}

/// <summary>Sharpness-aware minimization around the run's optimizer (<see cref="SamOptions"/>).</summary>
internal sealed record SamConfiguration : OptionsRecord
{
    [Description("Sharpness-aware minimization at this distance, around the optimizer named."), Range(0.0, SamOptions.LargestRho, MinimumIsExclusive = true)]
    public double? Rho { get; init; }

    [Description("sam_rho in so many of the last epochs only; none is in all."), Range(1, 100_000)]
    public int? LastEpochs { get; init; }
}

/// <summary>What the plateau schedule watches.</summary>
internal sealed record PlateauConfiguration : OptionsRecord
{
    [Description("What has to improve.")]
    public EpochMetric Metric { get; init; } = new ValidationLossMetric();
}

/// <summary>A warm-up before the run's schedule (<see cref="Weft.WarmUp"/>).</summary>
internal sealed record WarmUpConfiguration : OptionsRecord
{
    [Description("Any schedule: epochs in which the learning rate first rises linearly."), Range(0.0, Weft.WarmUp.LongestEpochs, MinimumIsExclusive = true)]
    public double? Epochs { get; init; }

    [Description("The first learning rate of the warm-up as a share of the schedule's."), Range(0.0, 1.0)]
    public double Start { get; init; } = 0.1;
}

public sealed record EarlyStoppingConfiguration : OptionsRecord
{
    [Description("What has to improve.")]
    public EpochMetric Metric { get; init; } = new ValidationAccuracyMetric();

    [Description("Epochs without improvement before the run stops; none never stops early."), Range(1, 100_000)]
    public int? Patience { get; init; }

    [Description("A smaller change does not count as improvement."), Range(0.0, 100.0)]
    public double MinimumChange { get; init; }

    [Description("Epochs before this one are not counted."), Range(1, 100_000)]
    public int StartEpoch { get; init; } = 1;
}

public sealed record CheckpointConfiguration : OptionsRecord
{
    [Description("Seconds between saves inside an epoch; none saves only at the end of epochs."), Range(0.0, 1e8, MinimumIsExclusive = true)]
    public double? EverySeconds { get; init; } = 60;

    [Description("Steps between saves inside an epoch."), Range(1, int.MaxValue)]
    public int? EverySteps { get; init; }

    [Description("Every this many epochs a checkpoint is kept for good."), Range(1, 100_000)]
    public int? KeepEveryEpochs { get; init; }

    [Description("By what the best epoch is chosen; of equals the one with the lower validation loss.")]
    public EpochMetric BestMetric { get; init; } = new ValidationAccuracyMetric();
}

public sealed record EvaluationConfiguration : OptionsRecord
{
    [Description("Test-time augmentation: evaluation and prediction take the mean over each image and its mirror image.")]
    public bool Tta { get; init; }

    [Description("Test-time augmentation: evaluation and prediction take the mean also over the image moved by up to this many pixels; 1 is nine places."),
        Range(0, TestTimeAugmentation.LargestShift)]
    public int TtaShift { get; init; }

    internal TestTimeAugmentation Augmentation => new(Tta, TtaShift);
}
