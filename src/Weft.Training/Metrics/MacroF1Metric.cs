namespace Weft.Training;

/// <summary>
/// The mean over the classes of F1 = 2 · correct / (samples + predicted), of the classes that occur among labels or predictions: a rare class counts as much as
/// a frequent one. Samples without a finite prediction are left out.
/// </summary>
public sealed record MacroF1Metric : EpochMetric
{
    public override bool LargerIsBetter => true;

    public override bool IsShare => true;

    public override double Value(ValidationResult validation)
    {
        var (sum, occurring) = (0.0, 0);
        for (var k = 0; k < validation.Classes; k++)
        {
            var both = 0L;
            for (var other = 0; other < validation.Classes; other++)
                both += validation.Count(k, other) + validation.Count(other, k);
            if (both == 0)
                continue;
            sum += 2.0 * validation.Count(k, k) / both;
            occurring++;
        }

        return sum / occurring;
    }
}
