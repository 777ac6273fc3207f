using Weft.Training;

namespace Weft.App;

/// <summary>The file that <c>report</c> wrote, and the runs in it.</summary>
internal sealed record ReportDocument(string File, int Bytes, IReadOnlyList<string> Runs, EvaluationSplit Split);

/// <summary>Where <c>studio</c> can be seen, and what it shows.</summary>
internal sealed record StudioDocument(string Url, string Runs);

/// <summary>What <c>study --no-test</c> prints when all runs are trained.</summary>
internal sealed record StudyProgressDocument(int Runs, bool Finished, bool Tested);

/// <summary>Where labels are reviewed, and what is there to be decided.</summary>
/// <param name="Suspects">The table of the suspect labels.</param>
/// <param name="Corrections">The file that decisions are added to.</param>
internal sealed record ReviewDocument(string Url, string Suspects, string Corrections, int Pictures, int Decided);
