namespace Weft.Training;

/// <summary>A configuration in the words of the engine.</summary>
public static class EngineOptions
{
    /// <summary>The network of a configuration, for data of so many classes and that shape. Its layers are known to fit together.</summary>
    /// <exception cref="WeftException">Exit 2: the model file is wrong, or a layer does not fit.</exception>
    public static NetworkDescription Describe(RunConfiguration configuration, int classes, FeatureShape input)
    {
        var model = configuration.Model;
        if (ModelFile.IsPath(model.Name))
            return ModelFile.Read(model.Name, classes, input);
        try
        {
            var description = ModelCatalog.Describe(model.Name, new ModelOptions
            {
                Classes = classes,
                Input = input,
                Dropout = model.Dropout,
                FeatureDropout = model.FeatureDropout,
                SpatialDropout = model.SpatialDropout,
                Normalization = model.Normalization,
                NormalizationGroups = model.NormalizationGroups,
                Activation = model.Activation,
                Depth = model.Depth,
                Width = model.Width,
            });
            description.InferOutput();
            return description;
        }
        catch (Exception wrong) when (wrong is NetworkException or ArgumentException)
        {
            throw NetworkErrors.ToError(wrong, $"model {model.Name}");
        }
    }

    public static CompileOptions Compile(RunConfiguration configuration) => new()
    {
        BatchSize = configuration.Training.BatchSize,
        Seed = configuration.Training.Seed,
        Strict = configuration.Training.Strict,
    };

    public static OptimizerOptions Optimizer(OptimizerConfiguration c)
    {
        OptimizerOptions options = c.Name switch
        {
            OptimizerName.Sgd => new SgdOptions { Momentum = c.Momentum, Nesterov = c.Nesterov },
            OptimizerName.Adam => new AdamOptions { Beta1 = c.Beta1, Beta2 = c.Beta2, Epsilon = c.Epsilon },
            OptimizerName.AdamW => new AdamWOptions { Beta1 = c.Beta1, Beta2 = c.Beta2, Epsilon = c.Epsilon },
            OptimizerName.RmsProp => new RmsPropOptions { Smoothing = c.Smoothing, Momentum = c.Momentum, Epsilon = c.Epsilon },
            _ => throw new ArgumentOutOfRangeException(nameof(c), c.Name, "There is no such optimizer."),
        };
        options = options with { WeightDecay = c.WeightDecay, DecayNormsAndBiases = c.DecayNormsAndBiases, ClipNorm = c.ClipNorm };
        return c.SamRho is { } rho ? new SamOptions(options) { Rho = rho } : options;
    }

    public static Schedule Schedule(ScheduleConfiguration c)
    {
        Schedule schedule = c.Name switch
        {
            ScheduleName.Constant => new ConstantSchedule(),
            ScheduleName.OneCycle => new OneCycleSchedule { RiseFraction = c.RiseFraction, StartDivisor = c.StartDivisor, EndDivisor = c.EndDivisor },
            ScheduleName.Step => new StepSchedule { EveryEpochs = c.EveryEpochs, Factor = c.Factor ?? new StepSchedule().Factor },
            ScheduleName.Exponential => new ExponentialSchedule { Factor = c.Factor ?? new ExponentialSchedule().Factor },
            ScheduleName.Cosine => new CosineSchedule { EndFraction = c.EndFraction },
            ScheduleName.ReduceOnPlateau => Plateau(c),
            _ => throw new ArgumentOutOfRangeException(nameof(c), c.Name, "There is no such schedule."),
        };
        return c.WarmUpEpochs is { } epochs ? new WarmUp(schedule) { Epochs = epochs, StartFraction = c.WarmUpStart } : schedule;
    }

    /// <summary>The plateau schedule of a configuration, also where a warm-up stands before it.</summary>
    internal static ReduceOnPlateau Plateau(ScheduleConfiguration c) => new()
    {
        Factor = c.Factor ?? new ReduceOnPlateau().Factor,
        Patience = c.Patience,
        MinimumChange = c.MinimumChange,
        Cooldown = c.Cooldown,
        EndFraction = c.EndFraction,
        LargerIsBetter = c.Metric == EpochMetric.ValidationAccuracy,
    };
}
