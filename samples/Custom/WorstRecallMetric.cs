using Weft.Training;

namespace Custom;

/// <summary>
/// The recall of the class that is recognized worst, for those who must not give up any class. It can be watched, and training can stop or choose by it.
/// </summary>
internal sealed record WorstRecallMetric : EpochMetric
{
    public override bool LargerIsBetter => true;

    public override bool IsShare => true;

    public override double Value(ValidationResult validation) => Enumerable.Range(0, validation.Classes)
        .Select(label => (Right: validation.Count(label, label), All: Enumerable.Range(0, validation.Classes)
            .Sum(predicted => validation.Count(label, predicted))))
        .Where(counts => counts.All > 0)
        .Min(counts => (double)counts.Right / counts.All);
}
