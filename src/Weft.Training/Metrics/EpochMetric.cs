namespace Weft.Training;

/// <summary>
/// A number that an epoch's validation gives: a column of <c>metrics.csv</c>, a curve in every view, and what early stopping, the plateau schedule and the
/// choice of the best epoch can go by. Each known one is found by reflection; <see cref="ConfigurationTypes.Register{TRecord}"/> adds a program's own.
/// </summary>
public abstract record EpochMetric : OptionsRecord
{
    /// <summary>The name in files and options: "validation_accuracy" for ValidationAccuracyMetric.</summary>
    public string Name => OptionNames.Of(GetType(), typeof(EpochMetric));

    public abstract bool LargerIsBetter { get; }

    /// <summary>Whether it is a part of 1, which people read in percent.</summary>
    public abstract bool IsShare { get; }

    /// <returns>NaN where there is no such value; it is no improvement.</returns>
    public abstract double Value(ValidationResult validation);

    /// <summary>Those that have no column of their own among the first nine.</summary>
    public static IReadOnlyList<EpochMetric> Further =>
    [
        .. OptionTypes.Of(typeof(EpochMetric)).Where(type => type != typeof(ValidationAccuracyMetric) && type != typeof(ValidationLossMetric))
            .Select(type => (EpochMetric)OptionTypes.Create(type)),
    ];

    /// <summary>The metric of that name, or null.</summary>
    public static EpochMetric? Find(string name) =>
        OptionTypes.Of(typeof(EpochMetric)).FirstOrDefault(type => OptionNames.Of(type, typeof(EpochMetric)) == name) is { } type
            ? (EpochMetric)OptionTypes.Create(type) : null;

    /// <summary>Its value in an epoch of which so much is known.</summary>
    internal double Of(double accuracy, double loss, MetricValues further) =>
        this is ValidationAccuracyMetric ? accuracy : this is ValidationLossMetric ? loss : further[Name];

    /// <summary>Whether a value is better than another by more than so much. NaN is not better than anything.</summary>
    internal bool IsBetter(double value, double than, double minimumChange = 0) => LargerIsBetter ? value > than + minimumChange : value < than - minimumChange;
}

/// <summary>The share of validation samples that are classified correctly.</summary>
public sealed record ValidationAccuracyMetric : EpochMetric
{
    public override bool LargerIsBetter => true;

    public override bool IsShare => true;

    public override double Value(ValidationResult validation) => validation.Accuracy;
}

/// <summary>The mean cross-entropy over the validation samples, whatever loss is trained with: so runs with different losses can be compared.</summary>
public sealed record ValidationLossMetric : EpochMetric
{
    public override bool LargerIsBetter => false;

    public override bool IsShare => false;

    public override double Value(ValidationResult validation) => validation.Loss;
}

/// <summary>What an epoch's validation found.</summary>
/// <param name="Classes">How many there are.</param>
/// <param name="Confusion">[classes, classes]: samples by label and prediction; a sample without a finite prediction is left out.</param>
/// <param name="Accuracy">0…1, over all samples.</param>
/// <param name="Loss">Mean cross-entropy.</param>
public sealed record ValidationResult(int Classes, IReadOnlyList<int> Confusion, double Accuracy, double Loss)
{
    /// <summary>Samples of a label that were predicted as a class.</summary>
    public int Count(int label, int prediction) => Confusion[label * Classes + prediction];
}
