namespace Weft.Training;

/// <summary>Something a person should know about a run, in one sentence.</summary>
/// <param name="Key">Kebab-case: "overfitting", "most-confused".</param>
/// <param name="Sentence">With the number it rests on.</param>
/// <param name="Action">What to try next; null where there is nothing to do.</param>
public sealed record Finding(string Key, string Sentence, FindingAction? Action);
