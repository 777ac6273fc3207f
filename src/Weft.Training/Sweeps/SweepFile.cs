using System.Text;

namespace Weft.Training;

/// <summary>
/// A sweep in a text file: W&amp;B's own format, whose parameters are keys of the configuration, and what is ours under <c>weft</c>. docs/sweeps.md lists it.
/// </summary>
internal static class SweepFile
{
    /// <summary>Reads a sweep from a file.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no such file, or every mistake in it with its line.</exception>
    public static SweepDefinition Read(string path) => Parse(Text(path), path, Path.GetDirectoryName(path));

    /// <summary>What a sweep's file says, as it stands there.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no such file.</exception>
    public static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path, YamlTree.MaximumBytes));
        }
        catch (Exception cause) when (DiskFailure.Is(cause) || cause is ArgumentException or NotSupportedException)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the sweep file cannot be read", cause)
            {
                Where = path, Expected = "a YAML file", Found = cause.Message, Safe = "nothing was touched",
                Next = new Advice("see docs/sweeps.md for an example"),
            };
        }
    }

    /// <param name="text">The file's contents.</param>
    /// <param name="origin">Named in messages, followed by the line.</param>
    /// <param name="folder">From where the paths in the file lead. Null: the current folder.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: every mistake with its line.</exception>
    public static SweepDefinition Parse(string text, string origin, string? folder = null)
    {
        var reader = new SweepFileReader(origin, folder ?? "");
        return reader.Read(text) ?? throw Mistakes.ToError(reader.Problems, "the sweep file");
    }

    /// <summary>The configuration of a trial.</summary>
    /// <param name="definition">Its recipe and constants come first; without a recipe it is the one of the model among the constants, for every trial.</param>
    /// <param name="settings">
    /// As its space orders them; those whose key that configuration does not have, such as the momentum with Adam, are left out. Null for trial 0, which is the
    /// recipe with the constants.
    /// </param>
    /// <param name="overrides">Values over all others, such as where the data are. Null: none.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the values do not go together.</exception>
    public static ResolvedConfiguration Configuration(
        SweepDefinition definition, IReadOnlyList<string>? settings, IReadOnlyList<ConfigurationValue>? overrides = null) =>
        new SweepFileTrials(definition, overrides ?? []).Configuration(settings);

    /// <summary>What a configuration has for each parameter, as a trial's settings; for a key that it does not have, the default of one that does.</summary>
    public static IReadOnlyList<string> Settings(SweepDefinition definition, ResolvedConfiguration configuration) =>
    [
        .. definition.Space.Parameters.Select(parameter => ConfigurationTable.Find(parameter.Key, configuration.Value) is { } key
            ? key.Read(configuration.Value)
            : OptionKey.Write(ConfigurationTable.Named(parameter.Key).First().DefaultValue)),
    ];

    /// <summary>
    /// Finds what does not go together before the first trial: the configurations of trial 0, of each end and choice of each parameter among random others, of
    /// the corners of the space and of 256 random points (of all points, where a grid has at most 10,000).
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: what was refused, each kind once with the settings that were.</exception>
    public static void Check(SweepDefinition definition, IReadOnlyList<ConfigurationValue>? overrides = null) =>
        new SweepFileTrials(definition, overrides ?? []).Check();
}
