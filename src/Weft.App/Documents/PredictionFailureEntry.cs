namespace Weft.App;

/// <summary>A file that <c>predict</c> could not use.</summary>
internal sealed record PredictionFailureEntry(string File, int Code, string What, string? Found);

/// <summary>What happened to some of the pictures on their way into the network.</summary>
internal sealed record PredictionNoteEntry(string Kind, long Count, string Text);
