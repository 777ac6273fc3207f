namespace Weft.Training;

/// <summary>Something a person should know about a run, in one sentence.</summary>
/// <param name="Key">Kebab-case: "overfitting", "most-confused".</param>
/// <param name="Sentence">With the number it rests on.</param>
/// <param name="Next">The command to try next; <c>RUN</c> stands for the run; null where there is nothing to do.</param>
public sealed record Finding(string Key, string Sentence, string? Next);
