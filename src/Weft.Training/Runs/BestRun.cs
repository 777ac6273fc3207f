namespace Weft.Training;

/// <summary>The run that <c>best</c> means: the one with the highest validation accuracy, where all were validated on the same images.</summary>
internal static class BestRun
{
    private const int GroupsShown = 20;

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: no run has finished an epoch, or the runs were validated on different images.
    /// </exception>
    public static RunReader Of(IReadOnlyList<RunReader> runs, string folder)
    {
        var candidates = runs.Select(run => (Run: run, Best: TryBest(run))).Where(candidate => candidate.Best is not null).ToList();
        if (candidates.Count == 0)
        {
            throw new WeftException(ErrorKind.InvalidInput, "no run has finished an epoch, so none is the best")
            {
                Where = folder, Expected = "a run with a validated epoch", Found = $"{runs.Count} without", Safe = "nothing was touched",
                Next = new ListRuns(new RunStore(folder)),
            };
        }

        // Largest first: where the sets differ, the accuracy over more images says more.
        var winners = ValidationSet.Group(candidates, candidate => candidate.Run.Information.Data)
            .Select(group => group.MaxBy(candidate => candidate.Best!.ValidationAccuracy))
            .OrderByDescending(winner => winner.Run.Information.Data.Validation).ToList();
        if (winners is [var only])
            return only.Run;
        var shown = winners.Take(GroupsShown).Select(winner => FormattableString.Invariant(
            $"{winner.Run.Folder.Name} with {winner.Best!.ValidationAccuracy * 100:F2} % of {winner.Run.Information.Data.Validation:N0}"));
        throw new WeftException(ErrorKind.InvalidInput, "the runs were not validated on the same images, so none is the best")
        {
            Where = folder,
            Expected = "the same data, split seed and validation images",
            Found = $"{winners.Count} sets; the best of each: {string.Join(", ", shown)}{(winners.Count > GroupsShown ? ", …" : "")}",
            Safe = "nothing was touched",
            Next = new EvaluateRun(winners[0].Run.Folder),
        };
    }

    private static MetricsRow? TryBest(RunReader run)
    {
        try
        {
            return run.Best;
        }
        catch (Exception unreadable) when (unreadable is WeftException || DiskFailure.Is(unreadable))
        {
            return null; // one bad run never hides the others
        }
    }
}
