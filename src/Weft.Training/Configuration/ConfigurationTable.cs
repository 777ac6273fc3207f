namespace Weft.Training;

/// <summary>Every key of a configuration, one row each: reading, writing, checking, schema, help and comparison all come from here.</summary>
public static class ConfigurationTable
{
    public static IReadOnlyList<ConfigurationKey> Keys { get; } = [.. Model(), .. Data(), .. Augmentation(), .. Training(), .. Optimizer(), .. Schedule(), .. EarlyStopping(), .. Checkpoint(), .. Evaluation()];

    private static readonly Dictionary<string, ConfigurationKey> ByName = Keys.ToDictionary(key => key.Name);

    public static ConfigurationKey? Find(string name) => ByName.GetValueOrDefault(name);

    private static IEnumerable<ConfigurationKey> Model()
    {
        var section = new ConfigurationSection<ModelConfiguration>("model", c => c.Model, (c, s) => c with { Model = s });
        yield return section.Text("name", "The network: a name of the catalog, or a model file (.yaml).", s => s.Name, (s, v) => s with { Name = v! },
            choices: [.. ModelCatalog.Models.Select(model => model.Name)], others: ModelFile.IsPath);
        yield return section.NumberOrNone("dropout", "Dropout rate before the logits; none is the model's own.",
            s => s.Dropout, (s, v) => s with { Dropout = v }, 0, 0.95);
        yield return section.NumberOrNone("feature_dropout", "Dropout rate before a hidden fully connected layer; none is the model's own.",
            s => s.FeatureDropout, (s, v) => s with { FeatureDropout = v }, 0, 0.95);
        yield return section.Number("spatial_dropout", "Dropout rate of whole channels behind every pool that lowers the resolution.",
            s => s.SpatialDropout, (s, v) => s with { SpatialDropout = v }, 0, 0.95);
        yield return section.Choice("normalization", "The norm behind every convolution.", s => s.Normalization, (s, v) => s with { Normalization = v });
        yield return section.Integer("normalization_groups", "normalization group: into how many groups the channels are divided.",
            s => s.NormalizationGroups, (s, v) => s with { NormalizationGroups = (int)v }, 1, 4096);
        yield return section.Choice("activation", "The activation of every hidden layer.", s => s.Activation, (s, v) => s with { Activation = v });
        yield return section.IntegerOrNone("depth", "wideresnet: its layers, 6n + 4; none is 16.", s => s.Depth, (s, v) => s with { Depth = v }, 10, 100);
        yield return section.Number("width", "Factor on the channels of all hidden layers.", s => s.Width, (s, v) => s with { Width = v }, 0, 16, aboveMinimum: true);
    }

    private static IEnumerable<ConfigurationKey> Data()
    {
        var section = new ConfigurationSection<DataConfiguration>("data", c => c.Data, (c, s) => c with { Data = s });
        yield return section.Text("name", "The data set.", s => s.Name, (s, v) => s with { Name = v! });
        yield return section.Text("folder", "Where its files are; none searches the usual places.", s => s.Folder, (s, v) => s with { Folder = v }, mayBeNone: true);
        yield return section.IntegerOrNone("limit_train", "Only the first samples of the training split; some of each class where those would lose one.",
            s => s.LimitTrain, (s, v) => s with { LimitTrain = v }, 1, int.MaxValue);
        yield return section.IntegerOrNone("limit_validation", "Only the first samples of the validation split; some of each class where those would lose one.",
            s => s.LimitValidation, (s, v) => s with { LimitValidation = v }, 1, int.MaxValue);
        yield return section.IntegerOrNone("validation_count", "Samples held out of the training files for validation; none is one in twelve.",
            s => s.ValidationCount, (s, v) => s with { ValidationCount = v }, 1, int.MaxValue);
        yield return section.Integer("split_seed", "Seed of the split into training and validation.",
            s => s.SplitSeed, (s, v) => s with { SplitSeed = v }, 0, long.MaxValue);
    }

    private static IEnumerable<ConfigurationKey> Augmentation()
    {
        var section = new ConfigurationSection<AugmentationOptions>("augmentation", c => c.Augmentation, (c, s) => c with { Augmentation = s });
        yield return section.Flag("enabled", "Whether the augmentations below are applied at all.", s => s.Enabled, (s, v) => s with { Enabled = v });
        yield return section.Number("horizontal_flip", "Probability of mirroring left and right.", s => s.HorizontalFlip, (s, v) => s with { HorizontalFlip = v }, 0, 1);
        yield return section.Number("shift", "Largest shift as a share of width and height.", s => s.Shift, (s, v) => s with { Shift = v }, 0, 0.2);
        yield return section.NumberOrNone("shift_width", "In place of shift for the width.", s => s.ShiftWidth, (s, v) => s with { ShiftWidth = v }, 0, 0.2);
        yield return section.NumberOrNone("shift_height", "In place of shift for the height.", s => s.ShiftHeight, (s, v) => s with { ShiftHeight = v }, 0, 0.2);
        yield return section.Flag("shift_whole_pixels", "Whether shifts are rounded to whole pixels.", s => s.ShiftWholePixels, (s, v) => s with { ShiftWholePixels = v });
        yield return section.Number("rotation", "Largest angle in degrees.", s => s.Rotation, (s, v) => s with { Rotation = v }, 0, 180);
        yield return section.Integer("random_crop", "Pixels of padding before a random crop back to size.", s => s.RandomCrop, (s, v) => s with { RandomCrop = (int)v }, 0, 64);
        yield return section.Number("random_erasing", "Probability of erasing a rectangle.", s => s.RandomErasing, (s, v) => s with { RandomErasing = v }, 0, 1);
        yield return section.Number("random_erasing_minimum_area", "Its smallest area as a share of the image.",
            s => s.RandomErasingMinimumArea, (s, v) => s with { RandomErasingMinimumArea = v }, 0, 1);
        yield return section.Number("random_erasing_maximum_area", "Its largest area as a share of the image.",
            s => s.RandomErasingMaximumArea, (s, v) => s with { RandomErasingMaximumArea = v }, 0, 1);
        yield return section.Number("random_erasing_aspect", "Its height over width lies between one over this and this.",
            s => s.RandomErasingAspect, (s, v) => s with { RandomErasingAspect = v }, 1, 100);
        yield return section.Number("mixup", "Alpha of mixup; 0 is off.", s => s.Mixup, (s, v) => s with { Mixup = v }, 0, 100);
        yield return section.Number("cutmix", "Alpha of cutmix; 0 is off.", s => s.Cutmix, (s, v) => s with { Cutmix = v }, 0, 100);
        yield return section.Integer("off_last_epochs", "The last epochs go without any augmentation.",
            s => s.OffLastEpochs, (s, v) => s with { OffLastEpochs = (int)v }, 0, 100_000);
    }

    private static IEnumerable<ConfigurationKey> Training()
    {
        var section = new ConfigurationSection<TrainingConfiguration>("training", c => c.Training, (c, s) => c with { Training = s });
        yield return section.Integer("epochs", "Passes over the training split.", s => s.Epochs, (s, v) => s with { Epochs = (int)v }, 1, 100_000);
        yield return section.Integer("batch_size", "Samples in a step.", s => s.BatchSize, (s, v) => s with { BatchSize = (int)v }, 1, 8192);
        yield return section.Number("label_smoothing", "Share of the target spread evenly over all classes.",
            s => s.LabelSmoothing, (s, v) => s with { LabelSmoothing = v }, 0, 0.9);
        yield return section.NumberOrNone("ema_decay", "Decay of the moving average of the weights, which is then what is validated and kept; none keeps the weights themselves.",
            s => s.EmaDecay, (s, v) => s with { EmaDecay = v }, 0, 0.999999);
        yield return section.Integer("seed", "Seed of initial weights, order, augmentation and dropout.", s => s.Seed, (s, v) => s with { Seed = v }, 0, long.MaxValue);
        yield return section.IntegerOrNone("threads", "Worker threads; none uses all cores. The bits do not depend on it.",
            s => s.Threads, (s, v) => s with { Threads = v }, 1, 256);
        yield return section.Flag("strict", "Direct sums only, no shortcut that changes rounding.", s => s.Strict, (s, v) => s with { Strict = v });
        yield return section.NumberOrNone("time_budget_seconds", "Stop and save once this many seconds were spent.",
            s => s.TimeBudgetSeconds, (s, v) => s with { TimeBudgetSeconds = v }, 0, 1e8, aboveMinimum: true);
    }

    private static IEnumerable<ConfigurationKey> Optimizer()
    {
        var section = new ConfigurationSection<OptimizerConfiguration>("optimizer", c => c.Optimizer, (c, s) => c with { Optimizer = s });
        yield return section.Choice("name", "How gradients become updates.", s => s.Name, (s, v) => s with { Name = v });
        yield return section.Number("learning_rate", "The schedule's highest learning rate.",
            s => s.LearningRate, (s, v) => s with { LearningRate = v }, 0, 100, aboveMinimum: true);
        yield return section.Number("momentum", "SGD and RMSprop.", s => s.Momentum, (s, v) => s with { Momentum = v }, 0, 0.9999);
        yield return section.Flag("nesterov", "SGD only: look ahead along the momentum.", s => s.Nesterov, (s, v) => s with { Nesterov = v });
        yield return section.Number("beta1", "Adam and AdamW: decay of the mean gradient.", s => s.Beta1, (s, v) => s with { Beta1 = v }, 0, 0.9999);
        yield return section.Number("beta2", "Adam and AdamW: decay of the mean squared gradient.", s => s.Beta2, (s, v) => s with { Beta2 = v }, 0, 0.999999);
        yield return section.Number("smoothing", "RMSprop: decay of the mean squared gradient.",
            s => s.Smoothing, (s, v) => s with { Smoothing = v }, 0, 0.999999);
        yield return section.Number("epsilon", "Adam, AdamW and RMSprop: added to the root in the divisor.",
            s => s.Epsilon, (s, v) => s with { Epsilon = v }, 0, 1, aboveMinimum: true);
        yield return section.Number("weight_decay", "Pull of the weights towards zero (L2; decoupled in AdamW).",
            s => s.WeightDecay, (s, v) => s with { WeightDecay = v }, 0, 10);
        yield return section.Flag("decay_norms_and_biases", "Whether norms and biases decay too.",
            s => s.DecayNormsAndBiases, (s, v) => s with { DecayNormsAndBiases = v });
        yield return section.NumberOrNone("clip_norm", "Longest gradient of all weights together.", s => s.ClipNorm, (s, v) => s with { ClipNorm = v }, 0, 1e9, aboveMinimum: true);
        yield return section.NumberOrNone("sam_rho", "Sharpness-aware minimization at this distance, around the optimizer named.",
            s => s.SamRho, (s, v) => s with { SamRho = v }, 0, 10, aboveMinimum: true);
        yield return section.IntegerOrNone("sam_last_epochs", "sam_rho in so many of the last epochs only; none is in all.",
            s => s.SamLastEpochs, (s, v) => s with { SamLastEpochs = v }, 1, 100_000);
    }

    private static IEnumerable<ConfigurationKey> Schedule()
    {
        var section = new ConfigurationSection<ScheduleConfiguration>("schedule", c => c.Schedule, (c, s) => c with { Schedule = s });
        yield return section.Choice("name", "How the learning rate moves.", s => s.Name, (s, v) => s with { Name = v });
        yield return section.Number("rise_fraction", "one_cycle: share of all steps in which it rises.",
            s => s.RiseFraction, (s, v) => s with { RiseFraction = v }, 0, 0.99);
        yield return section.Number("start_divisor", "one_cycle: the first learning rate is the highest divided by this.",
            s => s.StartDivisor, (s, v) => s with { StartDivisor = v }, 1, 1e9);
        yield return section.Number("end_divisor", "one_cycle: the last learning rate is the first divided by this.",
            s => s.EndDivisor, (s, v) => s with { EndDivisor = v }, 1, 1e12);
        yield return section.Integer("every_epochs", "step: epochs between two changes.", s => s.EveryEpochs, (s, v) => s with { EveryEpochs = (int)v }, 1, 100_000);
        yield return section.NumberOrNone("factor", "step, exponential, reduce_on_plateau: what it is multiplied by; none is 0.1, 0.95, 0.1.",
            s => s.Factor, (s, v) => s with { Factor = v }, 0, 0.9999, aboveMinimum: true);
        yield return section.Number("end_fraction", "cosine, reduce_on_plateau: the lowest learning rate as a share of the highest.",
            s => s.EndFraction, (s, v) => s with { EndFraction = v }, 0, 1);
        yield return section.Choice("metric", "reduce_on_plateau: what has to improve.", s => s.Metric, (s, v) => s with { Metric = v });
        yield return section.Integer("patience", "reduce_on_plateau: epochs without improvement that are let pass.",
            s => s.Patience, (s, v) => s with { Patience = (int)v }, 0, 100_000);
        yield return section.Number("minimum_change", "reduce_on_plateau: a smaller change does not count as improvement.",
            s => s.MinimumChange, (s, v) => s with { MinimumChange = v }, 0, 100);
        yield return section.Integer("cooldown", "reduce_on_plateau: epochs after a reduction that are not counted.",
            s => s.Cooldown, (s, v) => s with { Cooldown = (int)v }, 0, 100_000);
        yield return section.NumberOrNone("warm_up_epochs", "Any schedule: epochs in which the learning rate first rises linearly.",
            s => s.WarmUpEpochs, (s, v) => s with { WarmUpEpochs = v }, 0, 100_000, aboveMinimum: true);
        yield return section.Number("warm_up_start", "The first learning rate of the warm-up as a share of the schedule's.",
            s => s.WarmUpStart, (s, v) => s with { WarmUpStart = v }, 0, 1);
    }

    private static IEnumerable<ConfigurationKey> EarlyStopping()
    {
        var section = new ConfigurationSection<EarlyStoppingConfiguration>("early_stopping", c => c.EarlyStopping, (c, s) => c with { EarlyStopping = s });
        yield return section.Choice("metric", "What has to improve.", s => s.Metric, (s, v) => s with { Metric = v });
        yield return section.IntegerOrNone("patience", "Epochs without improvement before the run stops; none never stops early.",
            s => s.Patience, (s, v) => s with { Patience = v }, 1, 100_000);
        yield return section.Number("minimum_change", "A smaller change does not count as improvement.",
            s => s.MinimumChange, (s, v) => s with { MinimumChange = v }, 0, 100);
        yield return section.Integer("start_epoch", "Epochs before this one are not counted.", s => s.StartEpoch, (s, v) => s with { StartEpoch = (int)v }, 1, 100_000);
    }

    private static IEnumerable<ConfigurationKey> Checkpoint()
    {
        var section = new ConfigurationSection<CheckpointConfiguration>("checkpoint", c => c.Checkpoint, (c, s) => c with { Checkpoint = s });
        yield return section.NumberOrNone("every_seconds", "Seconds between saves inside an epoch; none saves only at the end of epochs.",
            s => s.EverySeconds, (s, v) => s with { EverySeconds = v }, 0, 1e8, aboveMinimum: true);
        yield return section.IntegerOrNone("every_steps", "Steps between saves inside an epoch.",
            s => s.EverySteps, (s, v) => s with { EverySteps = v }, 1, int.MaxValue);
        yield return section.IntegerOrNone("keep_every_epochs", "Every this many epochs a checkpoint is kept for good.",
            s => s.KeepEveryEpochs, (s, v) => s with { KeepEveryEpochs = v }, 1, 100_000);
    }

    private static IEnumerable<ConfigurationKey> Evaluation()
    {
        var section = new ConfigurationSection<EvaluationConfiguration>("evaluation", c => c.Evaluation, (c, s) => c with { Evaluation = s });
        yield return section.Flag(
            "tta", "Test-time augmentation: weft eval and predict take the mean over each image and its mirror image.", s => s.Tta,
            (s, v) => s with { Tta = v });
        yield return section.Integer(
            "tta_shift",
            "Test-time augmentation: weft eval and predict take the mean also over the image moved by up to this many pixels each way; 1 is nine places.",
            s => s.TtaShift, (s, v) => s with { TtaShift = (int)v }, 0, TestTimeAugmentation.LargestShift);
    }
}
