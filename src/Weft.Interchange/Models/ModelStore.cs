using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What is said of a file's weights by whoever brings them.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="Licence">"unknown" where nobody says.</param>
public sealed record WeightsOrigin(string Source, string Licence);

/// <summary>Where weights are kept and fetched from. The defaults are what the command line uses; tests put their own in place.</summary>
public sealed record ModelStore
{
    private const string Ending = ".safetensors";

    /// <value>Holds a file for each name. Default: <c>models</c> in the user's cache.</value>
    public string Folder { get; init; } = Path.Combine(DataOptions.UserCache(), "models");

    /// <value>Where the user's packages lie (<c>NUGET_PACKAGES</c>, or <c>.nuget/packages</c> in the home folder). Default: none.</value>
    public string? PackageFolder { get; init; }

    /// <value>Whether the network may be used. Default: true.</value>
    public bool MayDownload { get; init; } = true;

    /// <value>Runs a program. Default: <see cref="ExternalProgram.Run"/>.</value>
    internal ProgramRunner Run { get; init; } = ExternalProgram.Run;

    /// <value>Gets a sentence about what is being done. Default: nobody.</value>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>The names that there are files of, in order.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*" + Ending).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)] : [];

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it is no name.</exception>
    public string PathOf(string name) => Regex.IsMatch(name, @"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z") ? Path.Combine(Folder, name + Ending)
        : throw new WeftException(ErrorKind.InvalidInput, $"'{name}' cannot be a model's name")
        {
            Expected = "at most 64 letters, digits, dots, dashes and underscores", Safe = "nothing was written",
        };

    /// <summary>Writes the file of a name whole or not at all; what was there is replaced.</summary>
    /// <exception cref="WeftException">It cannot be written.</exception>
    internal void Save(string name, PretrainedWeights weights) =>
        OutputFile.Write(PathOf(name), weights.ToBytes(), "the weights cannot be kept", new Advice("make room in the user's cache, or move it"));
}
