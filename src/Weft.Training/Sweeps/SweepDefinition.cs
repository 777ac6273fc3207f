namespace Weft.Training;

/// <summary>How the settings of trials are chosen.</summary>
internal enum SweepMethod
{
    Grid = 1,
    Random = 2,

    /// <summary>A Gaussian process for few trials and parameters, else tree-structured Parzen estimators.</summary>
    Bayes = 3,

    /// <summary>Points that fill the space evenly.</summary>
    Sobol = 4,
}

/// <summary>What a rung of a pruner is.</summary>
internal enum SweepFidelity
{
    /// <summary>The same training, looked at early.</summary>
    Prefix = 1,

    /// <summary>A training of its own, whose whole schedule takes so few epochs.</summary>
    Squeezed = 2,
}

/// <summary>A sweep as its file describes it.</summary>
internal sealed record SweepDefinition
{
    /// <value>As the file says. Default: null, and the sweep is named after its file.</value>
    public string? Name { get; init; }

    /// <value>For people. Default: null.</value>
    public string? Description { get; init; }

    public required SweepMethod Method { get; init; }

    public required SearchSpace Space { get; init; }

    /// <value>What a trial is judged by. Default: the validation loss.</value>
    public EpochMetric Metric { get; init; } = new ValidationLossMetric();

    /// <value>No trial begins after one that is this good. Default: null, none is good enough.</value>
    public double? Target { get; init; }

    /// <value>How many trials there are, the default's included. Default: null, which is all of a grid and refused elsewhere.</value>
    public int? RunCap { get; init; }

    /// <value>Values that every trial has. Default: none.</value>
    public IReadOnlyList<ConfigurationValue> Constants { get; init; } = [];

    /// <value>Ends trials early. Default: null, none does.</value>
    public Pruner? Pruner { get; init; }

    /// <value>Default: the same training, looked at early.</value>
    public SweepFidelity Fidelity { get; init; } = SweepFidelity.Prefix;

    /// <value>The recipe that trials change. Default: null, the one of the model that <see cref="Constants"/> name.</value>
    public string? Recipe { get; init; }

    /// <value>Default: 1.</value>
    public long Seed { get; init; } = 1;

    /// <value>How many trials may be under way at once. Default: null, which whoever begins the sweep decides.</value>
    public int? Parallel { get; init; }

    /// <value>How many trials keep their run's folder. Default: null, all.</value>
    public int? KeepBest { get; init; }

    /// <value>How often a trial is tried. Default: 3.</value>
    public int Retries { get; init; } = 3;

    /// <summary>The settings of a trial by their keys.</summary>
    public IReadOnlyDictionary<string, string> ByKey(IReadOnlyList<string> settings) =>
        Space.Parameters.Zip(settings).ToDictionary(pair => pair.First.Key, pair => pair.Second);

    /// <summary>
    /// Whether a number is that of a trial that goes on with the run of an earlier one: after all trials had the same few epochs, the best have further
    /// numbers.
    /// </summary>
    public bool GoesOnWithAnother(int number) => Pruner is EpochPruner && number >= RunCap;

    /// <value>Sentences for people about what is in the file and not used. Default: none.</value>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
