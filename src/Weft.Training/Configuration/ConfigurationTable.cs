namespace Weft.Training;

/// <summary>Every key of a configuration, one row each: reading, writing, checking, schema, help and comparison all come from here.</summary>
public static class ConfigurationTable
{
    public static IReadOnlyList<ConfigurationKey> Keys { get; } = [.. Model(), .. Data(), .. Training(), .. Optimizer(), .. Schedule(), .. EarlyStopping(), .. Checkpoint()];

    private static readonly Dictionary<string, ConfigurationKey> ByName = Keys.ToDictionary(key => key.Name);

    public static ConfigurationKey? Find(string name) => ByName.GetValueOrDefault(name);

    private static IEnumerable<ConfigurationKey> Model()
    {
        var section = new ConfigurationSection<ModelConfiguration>("model", c => c.Model, (c, s) => c with { Model = s });
        yield return section.Text("name", "The network: a name of the catalog.", s => s.Name, (s, v) => s with { Name = v! });
        yield return section.NumberOrNone("dropout", "Dropout rate in place of the model's own.", s => s.Dropout, (s, v) => s with { Dropout = v }, 0, 0.95);
    }

    private static IEnumerable<ConfigurationKey> Data()
    {
        var section = new ConfigurationSection<DataConfiguration>("data", c => c.Data, (c, s) => c with { Data = s });
        yield return section.Text("name", "The data set.", s => s.Name, (s, v) => s with { Name = v! });
        yield return section.Text("folder", "Where its files are; none searches the usual places.", s => s.Folder, (s, v) => s with { Folder = v }, mayBeNone: true);
        yield return section.IntegerOrNone("limit_train", "Only the first samples of the training split.",
            s => s.LimitTrain, (s, v) => s with { LimitTrain = v }, 1, int.MaxValue);
        yield return section.IntegerOrNone("limit_validation", "Only the first samples of the validation split.",
            s => s.LimitValidation, (s, v) => s with { LimitValidation = v }, 1, int.MaxValue);
        yield return section.Integer("validation_count", "Samples held out of the training files for validation.",
            s => s.ValidationCount, (s, v) => s with { ValidationCount = (int)v }, 1, int.MaxValue);
        yield return section.Integer("split_seed", "Seed of the split into training and validation.",
            s => s.SplitSeed, (s, v) => s with { SplitSeed = v }, 0, long.MaxValue);
    }

    private static IEnumerable<ConfigurationKey> Training()
    {
        var section = new ConfigurationSection<TrainingConfiguration>("training", c => c.Training, (c, s) => c with { Training = s });
        yield return section.Integer("epochs", "Passes over the training split.", s => s.Epochs, (s, v) => s with { Epochs = (int)v }, 1, 100_000);
        yield return section.Integer("batch_size", "Samples in a step.", s => s.BatchSize, (s, v) => s with { BatchSize = (int)v }, 1, 8192);
        yield return section.Number("label_smoothing", "Share of the target spread evenly over all classes.",
            s => s.LabelSmoothing, (s, v) => s with { LabelSmoothing = v }, 0, 0.9);
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
        yield return section.Number("momentum", "SGD only.", s => s.Momentum, (s, v) => s with { Momentum = v }, 0, 0.9999);
        yield return section.Flag("nesterov", "SGD only: look ahead along the momentum.", s => s.Nesterov, (s, v) => s with { Nesterov = v });
        yield return section.Number("beta1", "Adam and AdamW: decay of the mean gradient.", s => s.Beta1, (s, v) => s with { Beta1 = v }, 0, 0.9999);
        yield return section.Number("beta2", "Adam and AdamW: decay of the mean squared gradient.", s => s.Beta2, (s, v) => s with { Beta2 = v }, 0, 0.999999);
        yield return section.Number("epsilon", "Adam and AdamW: added to the root in the divisor.",
            s => s.Epsilon, (s, v) => s with { Epsilon = v }, 0, 1, aboveMinimum: true);
        yield return section.Number("weight_decay", "Pull of the weights towards zero (L2; decoupled in AdamW).",
            s => s.WeightDecay, (s, v) => s with { WeightDecay = v }, 0, 10);
        yield return section.Flag("decay_norms_and_biases", "Whether norms and biases decay too.",
            s => s.DecayNormsAndBiases, (s, v) => s with { DecayNormsAndBiases = v });
    }

    private static IEnumerable<ConfigurationKey> Schedule()
    {
        var section = new ConfigurationSection<ScheduleConfiguration>("schedule", c => c.Schedule, (c, s) => c with { Schedule = s });
        yield return section.Choice("name", "How the learning rate moves.", s => s.Name, (s, v) => s with { Name = v });
        yield return section.Number("warm_up_fraction", "one_cycle: share of all steps in which it rises.",
            s => s.WarmUpFraction, (s, v) => s with { WarmUpFraction = v }, 0, 0.99);
        yield return section.Number("initial_divisor", "one_cycle: the first learning rate is the highest divided by this.",
            s => s.InitialDivisor, (s, v) => s with { InitialDivisor = v }, 1, 1e9);
        yield return section.Number("final_divisor", "one_cycle: the last learning rate is the first divided by this.",
            s => s.FinalDivisor, (s, v) => s with { FinalDivisor = v }, 1, 1e12);
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
}
