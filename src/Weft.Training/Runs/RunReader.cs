using System.Text;

namespace Weft.Training;

/// <summary>Reads a run, finished or being trained by another process. Never writes.</summary>
public sealed class RunReader(RunFolder folder)
{
    private RunInformation? _information;

    public RunFolder Folder { get; } = folder;

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: this is no run; <see cref="ErrorKind.StoreDamaged"/>: its description is damaged;
    /// <see cref="ErrorKind.NewerFormat"/>: written by a newer version; <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public RunInformation Information => _information ??= ReadInformation();

    public bool IsBeingTrained => RunLock.IsHeld(Folder);

    /// <summary>The row of the best epoch by the run's <see cref="BestRule"/>. Null before the first epoch ended.</summary>
    public MetricsRow? Best => Rule.Best(Metrics());

    /// <summary>A row an epoch, as far as written; rows that do not match their checksum are left out.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: they cannot be read.</exception>
    public IReadOnlyList<MetricsRow> Metrics() => MetricsFile.Read(Folder).Rows;

    /// <summary>As far as written; a torn last line, damaged lines and unknown events are left out.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: the file is no file of events; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public IReadOnlyList<RunEvent> Events() => new RunTail(Folder).Read();

    /// <summary>Rows and events together, and what is damaged in them: each file is read once.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: the events are no file of events; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.IoError"/>: they cannot be read.
    /// </exception>
    internal RunRecords Records()
    {
        var metrics = MetricsFile.Read(Folder);
        var tail = new RunTail(Folder);
        var events = tail.Read();
        return new RunRecords(metrics.Rows, events, RunRecords.DescribeDamage(metrics.Damaged, tail.Damage.Count)) { Rule = Rule };
    }

    /// <summary>What <c>config.yaml</c> says, not compared with a checkpoint: for who only shows it, or has come through <see cref="RunChecks"/>.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the file is gone or was changed into nonsense.</exception>
    internal ResolvedConfiguration Configuration()
    {
        var file = Folder.ConfigurationFile;
        try
        {
            var text = Encoding.UTF8.GetString(RegularFile.ReadOwn(file, YamlTree.MaximumBytes));
            return ConfigurationResolver.Resolve(new ConfigurationSources { File = file, FileText = text });
        }
        catch (WeftException wrong) when (wrong.Kind == ErrorKind.InvalidInput)
        {
            throw Unreadable(wrong.Found ?? wrong.What, wrong, wrong.Problems);
        }
        catch (NotRegularFileException other)
        {
            throw Unreadable(other.Found, other, []);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unreadable(failure is FileNotFoundException or DirectoryNotFoundException ? "nothing" : failure.Message, failure, []);
        }
    }

    /// <summary>As <see cref="Configuration"/>; null where the file is gone or was changed into nonsense, for who only shows what is known.</summary>
    internal ResolvedConfiguration? TryConfiguration()
    {
        try
        {
            return Configuration();
        }
        catch (WeftException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="Information"/>; null where it cannot be read.</summary>
    internal RunInformation? TryInformation()
    {
        try
        {
            return Information;
        }
        catch (WeftException)
        {
            return null;
        }
    }

    /// <summary>Whether there is a description, whatever it says, or the folder cannot be looked into.</summary>
    public bool IsRun()
    {
        if (PathKinds.Of(Folder.InformationFile) != PathKind.Absent)
            return true;
        try
        {
            return PathKinds.Of(Folder.Path, followLinks: true) == PathKind.Folder
                && Directory.EnumerateFileSystemEntries(Folder.Path).Any(path => path == Folder.InformationFile);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private RunInformation ReadInformation()
    {
        if (!IsRun())
            throw new WeftException(ErrorKind.InvalidInput, $"{Folder.Name} is not a run")
            {
                Where = Folder.InformationFile,
                Expected = "a run's description",
                Found = "nothing",
                Safe = "nothing was changed",
            };
        try
        {
            return RunInformation.Parse(RegularFile.ReadOwn(Folder.InformationFile, RunInformation.MaximumBytes), Folder.InformationFile);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"the run {Folder.Name} cannot be read", Folder.InformationFile, "nothing was changed");
        }
    }

    private BestRule Rule => BestRule.Of(TryInformation()?.BestMetric);

    private WeftException Unreadable(string found, Exception cause, IReadOnlyList<Problem> problems) =>
        new(ErrorKind.CheckpointMismatch, $"the configuration of the run {Folder.Name} cannot be read", cause)
        {
            Where = Folder.ConfigurationFile,
            Expected = "the configuration that the run was trained with",
            Found = found,
            Problems = problems,
            Safe = "nothing was changed",
            Next = new RestoreConfiguration(Folder),
        };
}

/// <summary>A folder that holds a run whose description cannot be read.</summary>
internal sealed record UnreadableRun(RunFolder Folder, WeftException Problem);

/// <summary>The runs of a folder.</summary>
/// <param name="Runs">Oldest first.</param>
/// <param name="Unreadable">By name.</param>
internal sealed record RunListing(IReadOnlyList<RunReader> Runs, IReadOnlyList<UnreadableRun> Unreadable);
