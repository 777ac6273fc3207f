using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>Makes the page about some runs; analyses first what is not analysed yet.</summary>
/// <param name="open">Opens the data that a run's configuration names.</param>
internal sealed class ReportBuilder(
    Screen screen, EvaluationSplit split, int threads, Func<DataConfiguration, ImageDataset> open, CancellationToken cancellationToken)
{
    /// <summary>Compares the runs of the checkpoints, with the openings of the test images that their folders note.</summary>
    /// <exception cref="WeftException">A checkpoint or its data cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public string Build(IReadOnlyList<CheckpointReference> checkpoints)
    {
        var openings = TestOpenings.Of(
            checkpoints.Select(checkpoint => Path.GetDirectoryName(checkpoint.Run.Path)!).Distinct().Select(folder => new TestLedger(folder)));
        return Build(checkpoints, [.. checkpoints.Select(checkpoint => new RunReader(checkpoint.Run))], openings);
    }

    /// <param name="checkpoints">A part of the page each.</param>
    /// <param name="compared">The runs to compare, some perhaps without a part of their own.</param>
    /// <exception cref="WeftException">A checkpoint or its data cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public string Build(IReadOnlyList<CheckpointReference> checkpoints, IReadOnlyList<RunReader> compared, TestOpenings openings)
    {
        foreach (var checkpoint in checkpoints) // what is wrong with one of them shows before any work is done
            RunChecks.Configuration(checkpoint.Run, checkpoint.Read(), checkpoint.Epochs);
        var runs = checkpoints.Select(checkpoint => new ReportRun(checkpoint, Analysis(checkpoint), RunReference.For(checkpoint.Run))).ToList();
        var page = PageRenderer.Render(typeof(ReportPage), new()
        {
            [nameof(ReportPage.Runs)] = runs,
            [nameof(ReportPage.Openings)] = openings,
            [nameof(ReportPage.Comparison)] = ReportComparison.Of(compared, split),
            [nameof(ReportPage.Made)] = TimeProvider.System.GetUtcNow(),
        });
        return page.GetAwaiter().GetResult().Replace(" %", "\u00a0%", StringComparison.Ordinal); // a per cent sign stays with its number
    }

    /// <exception cref="WeftException">Exit 40 or 41: it cannot be written.</exception>
    public static void Write(string file, string page) =>
        OutputFile.Write(file, Encoding.UTF8.GetBytes(page), "the report cannot be written", new Advice("name another file by --out"));

    private StoredAnalysis Analysis(CheckpointReference checkpoint)
    {
        if (StoredAnalysis.TryRead(checkpoint, split) is { } stored)
            return stored;
        using var owned = RunOwnership.TryTake(checkpoint.Run);
        var options = new AnalysisOptions
        {
            Split = split, Threads = threads, Progress = what =>
            screen.People.WriteLine($"… {Printable.Escape(checkpoint.Run.Name)}: {what}")
        };
        using var analysis = new RunAnalysis(
            checkpoint, open, options, new WithData(new Advice($"weft report {RunReference.For(checkpoint.Run)}{RunReference.OptionFor(split)}")),
            cancellationToken);
        var result = analysis.Run(TestLedger.Of(checkpoint.Run));
        if (owned.Held is { } held)
            AnalysisFiles.Write(held, result);
        else
            screen.People.WriteLine(owned.Describe(null));
        return StoredAnalysis.Of(result);
    }
}
