namespace Weft.Training;

/// <summary>
/// What a training from C# is told: the same records as a configuration file has, and code that no file can hold. Everything has a default that works.
/// </summary>
public sealed record TrainingOptions : TrainingSettings
{
    /// <summary>How gradients become updates, with the highest learning rate.</summary>
    /// <value>Default: SGD with Nesterov momentum.</value>
    public OptimizerOptions Optimizer { get; init; } = new RunConfiguration().Optimizer;

    /// <summary>The loss that training minimizes.</summary>
    /// <value>Default: cross-entropy.</value>
    public Loss Loss { get; init; } = new RunConfiguration().Loss;

    /// <summary>How the learning rate moves.</summary>
    /// <value>Default: one cycle.</value>
    public Schedule Schedule { get; init; } = new RunConfiguration().Schedule;

    /// <summary>How training images are varied.</summary>
    /// <value>Default: not at all.</value>
    public OptionsSet<Augmentation> Augmentations { get; init; } = [];

    /// <summary>How the training samples are divided, and how many of them are used.</summary>
    /// <value>Default: one in twelve is for validation.</value>
    public DataConfiguration Data { get; init; } = new();

    /// <summary>When training stops before its last epoch.</summary>
    /// <value>Default: never.</value>
    public EarlyStoppingConfiguration EarlyStopping { get; init; } = new();

    /// <summary>When the state of a run is saved.</summary>
    /// <value>Default: every minute and after every epoch.</value>
    public CheckpointConfiguration Checkpoint { get; init; } = new();

    /// <summary>The views of an image that predictions of the model are the mean over.</summary>
    /// <value>Default: the image alone.</value>
    public EvaluationConfiguration Evaluation { get; init; } = new();

    /// <summary>What should happen after a step or an epoch, next to what the other options ask for.</summary>
    /// <value>Default: nothing more.</value>
    public IReadOnlyList<ITrainingPolicy> Policies { get; init; } = [];

    /// <summary>Where the training becomes a run that can be watched, resumed and compared.</summary>
    /// <value>Default: null, which leaves nothing on disk.</value>
    public RunStore? Runs { get; init; }

    /// <summary>The name that the run gets in <see cref="Runs"/>.</summary>
    /// <value>Default: null, which gives the network's name and a number.</value>
    public string? RunName { get; init; }

    /// <summary>Makes the device that trains, from the number of threads.</summary>
    /// <value>Default: the processor.</value>
    public Func<int, Device> Device { get; init; } = Surroundings.Processor;

    /// <exception cref="WeftException">With all violations at once.</exception>
    internal ResolvedConfiguration Resolve()
    {
        foreach (var record in new OptionsRecord[] { Optimizer, Loss, Schedule, EarlyStopping.Metric, Checkpoint.BestMetric }.Concat(Augmentations))
            ConfigurationTypes.Register(record.GetType()); // so that a run's files name it too
        // Sections name records, not what is put around them.
        var configuration = new RunConfiguration
        {
            Model = new ModelConfiguration { Name = RunFolder.ModelFileName },
            Data = Data,
            Training = new TrainingConfiguration(this),
            Loss = Loss,
            Optimizer = Optimizer is SamOptions sam ? sam.BaseOptimizer : Optimizer,
            Sam = new SamConfiguration { Rho = (Optimizer as SamOptions)?.Rho },
            Schedule = Schedule is WarmUp warmUp ? warmUp.Then : Schedule,
            WarmUp = Schedule is WarmUp { Epochs: var epochs, StartFraction: var start }
                ? new WarmUpConfiguration { Epochs = epochs, Start = start }
                : new WarmUpConfiguration(),
            Augmentation = new AugmentationOptions { Applied = Augmentations },
            EarlyStopping = EarlyStopping,
            Checkpoint = Checkpoint,
            Evaluation = Evaluation,
        };
        return ConfigurationResolver.Check(configuration);
    }
}
