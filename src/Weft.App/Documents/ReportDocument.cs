using Weft.Training;

namespace Weft.App;

/// <summary>The file that <c>report</c> wrote, and the runs in it.</summary>
internal sealed record ReportDocument(string File, int Bytes, IReadOnlyList<string> Runs, EvaluationSplit Split);

/// <summary>Where <c>studio</c> can be seen, and what it shows.</summary>
internal sealed record StudioDocument(string Url, string Runs);

/// <summary>What <c>study --no-test</c> prints when all runs are trained.</summary>
internal sealed record StudyProgressDocument(int Runs, bool Finished, bool Tested);
