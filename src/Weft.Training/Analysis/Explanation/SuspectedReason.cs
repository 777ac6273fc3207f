namespace Weft.Training;

/// <summary>What a measurement says about a suspected reason. Numbers are stored: append only.</summary>
public enum ReasonVerdict
{
    /// <summary>The interval of the effect does not rule out "none", or the effect is negligible.</summary>
    NoEvidence = 1,

    /// <summary>The whole interval lies above what is customarily negligible.</summary>
    Named = 2,

    /// <summary>Too few mistakes to say anything.</summary>
    TooFew = 3,
}

/// <summary>One measure of a suspected reason: mistakes against correct predictions.</summary>
/// <param name="Measure">What is measured, for people.</param>
/// <param name="Difference">Positive: the mistakes are worse.</param>
/// <param name="Mistakes">Median over the mistakes.</param>
/// <param name="Correct">Median over the correct predictions.</param>
public sealed record ReasonMeasure(string Measure, GroupDifference Difference, double Mistakes, double Correct)
{
    public bool IsNamed => Difference.Low > GroupDifference.Negligible;
}

/// <summary>One of the four reasons that are usually suspected to cause mistakes.</summary>
/// <param name="Key">"image_quality", "similar_shape", "too_little_learned" or "unusual_design".</param>
/// <param name="Sentence">What was found, with the effect and its interval.</param>
/// <param name="Classes">The classes it is strongest for, if it is named.</param>
public sealed record SuspectedReason(
    string Key, string Title, ReasonVerdict Verdict, IReadOnlyList<ReasonMeasure> Measures, string Sentence, IReadOnlyList<int> Classes);
