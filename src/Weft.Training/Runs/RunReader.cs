using System.Text.Json;

namespace Weft.Training;

/// <summary>Reads a run, finished or being trained by another process. Never writes.</summary>
public sealed class RunReader(RunFolder folder)
{
    private RunInformation? _information;

    public RunFolder Folder { get; } = folder;

    /// <exception cref="WeftException">Exit 2: this is no run; 33: written by a newer version.</exception>
    public RunInformation Information => _information ??= ReadInformation() ?? throw new WeftException(ExitCode.Usage, $"{Folder.Name} is not a run")
    {
        Where = Folder.InformationFile, Expected = "a run's description", Found = File.Exists(Folder.InformationFile) ? "something else" : "nothing",
    };

    public bool IsBeingTrained => RunLock.IsHeld(Folder);

    /// <summary>The row of the best epoch: highest validation accuracy, of equals the lowest validation loss, of equals the first. Null before the first epoch ended.</summary>
    public MetricsRow? Best => Metrics().Where(row => !double.IsNaN(row.ValidationAccuracy))
        .OrderByDescending(row => row.ValidationAccuracy).ThenBy(row => row.ValidationLoss).ThenBy(row => row.Epoch).FirstOrDefault();

    /// <summary>A row an epoch, as far as written.</summary>
    public IReadOnlyList<MetricsRow> Metrics() => [.. Lines(Folder.MetricsFile).Select(line => MetricsRow.Parse(line)).OfType<MetricsRow>()];

    /// <summary>As far as written; a torn last line and unknown events are left out.</summary>
    /// <exception cref="WeftException">Exit 33: written by a newer version.</exception>
    public IEnumerable<RunEvent> Events() => Lines(Folder.EventsFile).Select(line => RunEventLine.Read(line, Folder.EventsFile)).OfType<RunEvent>();

    /// <exception cref="WeftException">Exit 2: the file is gone or was changed into nonsense.</exception>
    public ResolvedConfiguration Configuration() => ConfigurationResolver.Resolve(new ConfigurationSources { File = Folder.ConfigurationFile });

    /// <summary>Null where this is no run, or one written by a newer version.</summary>
    internal RunInformation? TryInformation()
    {
        try
        {
            return _information ??= ReadInformation();
        }
        catch (WeftException newer) when (newer.Code == ExitCode.NewerFormat)
        {
            return null;
        }
    }

    private RunInformation? ReadInformation()
    {
        try
        {
            using var file = OpenShared(Folder.InformationFile);
            using var document = JsonDocument.Parse(file);
            if (document.RootElement.GetProperty("v").GetInt32() is var version && version > RunInformation.CurrentVersion)
                throw FormatVersion.Newer(Folder.InformationFile, RunInformation.CurrentVersion, version);
            return document.RootElement.Deserialize(RunInformationJson.Default.RunInformation);
        }
        catch (Exception damage) when (DiskFailure.Is(damage) || damage is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(OpenShared(path));
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1; // what follows is a line still being written
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            yield return line;
    }

    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
