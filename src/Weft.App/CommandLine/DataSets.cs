using Weft.Training;

namespace Weft.App;

/// <summary>Data sets by name, folder or file, as <c>--data</c> and <c>weft data</c> take them.</summary>
internal static class DataSets
{
    /// <summary>Whether <paramref name="reference"/> means a folder or a file rather than a name.</summary>
    public static bool IsPath(string reference) =>
        reference.Contains('/') || reference.Contains('\\') || reference is "." or ".." || Directory.Exists(reference) || File.Exists(reference);

    /// <summary>Whether <paramref name="reference"/> leads to pictures that are files, or parts of a file.</summary>
    public static bool IsPictures(string reference) => IsPath(reference) && DatasetFormats.Of(reference) is IPictureFormat;

    /// <summary>A data set as the configuration of a run has it.</summary>
    public static IReadOnlyList<ConfigurationValue> Values(string reference, string origin) => IsPath(reference)
        ? [new ConfigurationValue("data.folder", Path.GetFullPath(reference), origin)] // whole, since the run remembers it and may be resumed from elsewhere
        : [new ConfigurationValue("data.name", reference, origin), new ConfigurationValue("data.folder", "none", origin)];

    /// <summary>The same data where they are now.</summary>
    public static DataConfiguration In(DataConfiguration configuration, string reference) => IsPath(reference)
        ? configuration with { Folder = Path.GetFullPath(reference) } : configuration with { Name = reference, Folder = null };

    /// <summary>The data that a configuration names; a download is shown to people.</summary>
    /// <inheritdoc cref="Open(string, DataOptions, CancellationToken)"/>
    public static ImageDataset Open(DataConfiguration configuration, Screen screen, CancellationToken cancellationToken)
    {
        using var downloads = new DownloadView(screen);
        return Open(configuration.Folder ?? configuration.Name, configuration.ToOptions() with { Progress = downloads.Show }, cancellationToken);
    }

    /// <exception cref="WeftException">Exit 2: no data set has that name; 10 to 12: it cannot be had.</exception>
    public static ImageDataset Open(string reference, DataOptions options, CancellationToken cancellationToken) =>
        IsPath(reference) ? ImageDataset.Open(reference, options, cancellationToken) : FashionMnist.Open(For(reference, options), cancellationToken);

    /// <summary>As <see cref="Open(string, DataOptions, CancellationToken)"/>, and the test files are verified too.</summary>
    public static ImageDataset Get(string reference, DataOptions options, bool replace, CancellationToken cancellationToken) =>
        IsPath(reference) ? ImageDataset.Open(reference, options, cancellationToken)
            : FashionMnist.Get(For(reference, options), replace, cancellationToken);

    private static DataOptions For(string reference, DataOptions options)
    {
        if (reference == FashionMnist.Name)
            return options;
        var nearest = Suggestion.For(reference, [FashionMnist.Name.Replace('-', '_')]);
        throw new WeftException(
            ErrorKind.InvalidInput, $"there is no data set '{reference}'" + (nearest is null ? "" : $"; did you mean '{FashionMnist.Name}'?"))
        {
            Where = "the data set's name", Expected = $"{FashionMnist.Name}, or a folder of data",
            Found = reference, Safe = "nothing was touched",
        };
    }
}
