using Weft.Training;

namespace Weft.App;

/// <summary>Finds what is to be measured: a checkpoint of a run, or a model's file, which becomes a run the first time.</summary>
/// <param name="open">Opens the data that a configuration names.</param>
internal sealed class RunOrFile(RunStore store, Func<DataConfiguration, ImageDataset> open, int threads, Screen screen, CancellationToken cancellationToken)
{
    private const int NameLength = 60;

    /// <exception cref="WeftException">There is neither; or the file's data are not here, or others.</exception>
    public CheckpointReference Find(string reference) =>
        RegularFile.Exists(reference) ? Imported(reference, OpenedModel.Load(reference)) : store.FindCheckpoint(reference);

    /// <summary>By which a run remembers the file that it was made of.</summary>
    internal static string SourceOf(string file, TrainedModel model) => $"{Path.GetFileName(file)} {ModelContent.Of(model).Version}";

    private CheckpointReference Imported(string file, TrainedModel model)
    {
        var source = SourceOf(file, model);
        if (store.List().FirstOrDefault(run => Begins(run, source)) is { } known)
            return CheckpointReference.Of(known.Folder, "best");
        var name = string.Concat(Path.GetFileNameWithoutExtension(file).Take(NameLength).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
        var isFree = store.Folders().All(run => run.Name != name);
        var run = ImportedRun.Make(
            model, source, threads, [], open, new NewRun { Store = store, Name = isFree ? name : null, CommandLine = ["import", file] }, cancellationToken);
        screen.People.WriteLine($"{Printable.Escape(file)} is now the run {Printable.Escape(run.Name)}, where its results are kept");
        return CheckpointReference.Of(run, "best");
    }

    // Another run whose configuration cannot be read is nobody's business here.
    private static bool Begins(RunReader run, string source)
    {
        try
        {
            return run.Configuration().Value.Backbone.Weights == source && RegularFile.Exists(run.Folder.BestCheckpoint);
        }
        catch (WeftException)
        {
            return false;
        }
    }
}
