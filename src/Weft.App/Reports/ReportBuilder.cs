using Weft.Training;

namespace Weft.App;

/// <summary>Makes the page about some runs; analyses first what is not analysed yet.</summary>
internal sealed class ReportBuilder(Screen screen, RunStore store, EvaluationSplit split, int threads, CancellationToken stop)
{
    /// <summary>Compares the runs of the checkpoints, with the openings of the test images that their folders note.</summary>
    /// <exception cref="WeftException">A checkpoint or its data cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public string Build(IReadOnlyList<CheckpointReference> checkpoints)
    {
        var openings = checkpoints.Select(checkpoint => Path.GetDirectoryName(checkpoint.Run.Path)!).Distinct().SelectMany(folder => new TestLedger(folder).Read()).OrderBy(opening => opening.Time).ToList();
        return Build(checkpoints, [.. checkpoints.Select(checkpoint => new RunReader(checkpoint.Run))], openings);
    }

    /// <param name="checkpoints">A part of the page each.</param>
    /// <param name="compared">The runs to compare, some perhaps without a part of their own.</param>
    /// <exception cref="WeftException">A checkpoint or its data cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public string Build(IReadOnlyList<CheckpointReference> checkpoints, IReadOnlyList<RunReader> compared, IReadOnlyList<TestOpening> openings)
    {
        var runs = checkpoints.Select(checkpoint => new ReportRun(checkpoint, Analysis(checkpoint), RunReference.For(checkpoint.Run, store))).ToList();
        return new ReportPage(runs, openings, ComparisonSection.Render(compared, split), TimeProvider.System.GetUtcNow()).Render();
    }

    /// <exception cref="WeftException">Exit 41: it cannot be written.</exception>
    public static void Write(string file, string page)
    {
        try
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            File.WriteAllText(file + ".tmp", page);
            File.Move(file + ".tmp", file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WeftException(ExitCode.IoError, "the report cannot be written", failure) { Where = file, Found = failure.Message, Safe = "the runs are untouched", Do = "weft report RUN --out FILE, with a file you may write" };
        }
    }

    private StoredAnalysis Analysis(CheckpointReference checkpoint)
    {
        if (StoredAnalysis.TryRead(checkpoint, split) is { } stored)
            return stored;
        using var owned = RunOwnership.TakeUnlessBusy(checkpoint.Run);
        var options = new AnalysisOptions { Split = split, Threads = threads, Progress = what => screen.People.WriteLine($"… {Printable.Escape(checkpoint.Run.Name)}: {what}") };
        using var analysis = new RunAnalysis(checkpoint, OpenData, options, stop);
        var result = analysis.Run(new TestLedger(Path.GetDirectoryName(checkpoint.Run.Path)!));
        if (owned is not null)
            AnalysisFiles.Write(owned, result);
        return StoredAnalysis.Of(result);
    }

    private ImageDataset OpenData(DataConfiguration configuration)
    {
        using var downloads = new DownloadView(screen);
        return DataSets.Open(configuration.Folder ?? configuration.Name, new DataOptions { Progress = downloads.Show }, stop);
    }
}
