using System.Text;

namespace Weft.Training;

/// <summary>
/// Writes a run's <c>config.yaml</c> anew from its checkpoint, which remembers every value that the weights depend on. Of the other values those are kept
/// that the file still says; the rest get their defaults. What was there is renamed, never deleted.
/// </summary>
internal static class ConfigurationRestore
{
    /// <returns>The files that were written, each with the name under which the old one was kept; none where nothing was wrong.</returns>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.NoValidCheckpoint"/>: the run has no valid checkpoint; <see cref="ErrorKind.RunBusy"/>: another process owns the run;
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: a file cannot be written.
    /// </exception>
    public static IReadOnlyList<(string File, string? Kept)> Run(RunFolder run)
    {
        using var owned = RunLock.Take(run);
        var (checkpoint, epochs) = Newest(run);
        var written = new List<(string, string?)>();
        try
        {
            if (ModelFile.IsPath(checkpoint.Model.Metadata.Configuration.GetValueOrDefault(ConfigurationResolver.ModelKey, "")))
            {
                var model = Encoding.UTF8.GetBytes(ModelFile.Write(checkpoint.Model.Description));
                if (!IsThere(run.ModelFile, model))
                    written.Add((run.ModelFile, Replace(run.ModelFile, model)));
            }

            if (!IsRight(run, checkpoint, epochs))
                written.Add((
                    run.ConfigurationFile,
                    Replace(run.ConfigurationFile, Encoding.UTF8.GetBytes(RunKeys.ForFolder(Restored(run, checkpoint)).ToYaml()))));
            return written;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the configuration cannot be restored", run.Path, "the checkpoints are untouched",
                new MakeRoom(new RestoreConfiguration(run)));
        }
    }

    private static (Checkpoint Checkpoint, PlannedEpochs Epochs) Newest(RunFolder run)
    {
        WeftException? damage = null;
        foreach (var (path, epochs) in RunChecks.Checkpoints(run))
        {
            try
            {
                return (CheckpointFile.Read(path), epochs);
            }
            catch (WeftException damaged) when (damaged.Kind == ErrorKind.NoValidCheckpoint)
            {
                damage ??= damaged;
            }
        }

        throw new WeftException(ErrorKind.NoValidCheckpoint, $"the run {run.Name} has no valid checkpoint to restore its configuration from", damage)
        {
            Where = run.CheckpointsFolder,
            Expected = damage?.Expected,
            Found = damage?.Found ?? "no checkpoint",
            Safe = "nothing was changed",
            Next = new Advice("start a new run in its place"),
        };
    }

    private static bool IsRight(RunFolder run, Checkpoint checkpoint, PlannedEpochs epochs)
    {
        try
        {
            RunChecks.Configuration(run, checkpoint, epochs);
            return true;
        }
        catch (WeftException wrong) when (wrong.Kind == ErrorKind.CheckpointMismatch)
        {
            return false;
        }
    }

    private static bool IsThere(string path, byte[] content)
    {
        try
        {
            return RegularFile.ReadOwn(path, content.Length).AsSpan().SequenceEqual(content);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            return false;
        }
    }

    private static ResolvedConfiguration Restored(RunFolder run, Checkpoint checkpoint)
    {
        var lasting = checkpoint.Model.Metadata.Configuration;
        var values = Readable(run).Where(value => !lasting.ContainsKey(value.Key))
            .Concat(lasting.Select(pair => new ConfigurationValue(
                pair.Key, pair.Key == ConfigurationResolver.ModelKey && ModelFile.IsPath(pair.Value) ? run.ModelFile : pair.Value, "checkpoint")));
        var defaults = new ResolvedConfiguration(new RunConfiguration(), new Dictionary<string, string>());
        return new ConfigurationValues(defaults, problems: []).Apply([.. values], []);
    }

    // The folder of the data stands in run.json too, as it was at the start.
    private static IEnumerable<ConfigurationValue> Readable(RunFolder run)
    {
        if (new RunReader(run).TryInformation()?.Data.Folder is { } folder)
            yield return new ConfigurationValue("data.folder", folder, "run.json");
        if (RegularFile.Exists(run.CorrectionsFile))
            yield return new ConfigurationValue(ConfigurationResolver.CorrectionsKey, run.CorrectionsFile, "the run's folder");
        string text;
        try
        {
            text = Encoding.UTF8.GetString(RegularFile.ReadOwn(run.ConfigurationFile, YamlTree.MaximumBytes));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            yield break;
        }

        foreach (var value in ConfigurationYaml.Read(text, "config.yaml", []))
            yield return value with { Origin = "config.yaml" };
    }

    private static string? Replace(string path, byte[] content)
    {
        string? kept = null;
        if (PathKinds.Of(path) is var kind and not PathKind.Absent)
        {
            kept = DamagedName.For(path);
            if (kind == PathKind.Folder)
                Directory.Move(path, kept);
            else
                DiskFiles.Instance.Replace(path, kept);
        }

        DurableFile.Write(DiskFiles.Instance, path, content);
        return kept;
    }
}
