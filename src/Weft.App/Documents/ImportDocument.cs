namespace Weft.App;

/// <summary>What <c>import --json</c> prints.</summary>
/// <param name="File">The model's file; null where there is none.</param>
/// <param name="Run">The run's folder; null where none was made.</param>
/// <param name="SourceSha256">The hash of the file that it came in.</param>
internal sealed record ImportDocument(
    string Name, string? File, string? Run, int Height, int Width, int Channels, IReadOnlyList<string> Classes, long Parameters, string SourceSha256);
