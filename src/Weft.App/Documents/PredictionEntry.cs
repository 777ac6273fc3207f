namespace Weft.App;

/// <summary>What <c>predict</c> says about a file.</summary>
internal sealed record PredictionEntry(string File, string Class, int Index, float Probability, IReadOnlyList<float> Probabilities);

/// <summary>A file that <c>predict</c> could not use.</summary>
internal sealed record PredictionFailureEntry(string File, int Code, string What, string? Found);

/// <summary>What happened to some of the pictures on their way into the network.</summary>
internal sealed record PredictionNoteEntry(string Kind, long Count, string Text);
