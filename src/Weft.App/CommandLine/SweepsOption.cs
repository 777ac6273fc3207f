using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>The folder that holds the sweeps.</summary>
internal sealed class SweepsOption : Option<string>
{
    public SweepsOption() : base("--sweeps")
    {
        Description = "The folder of all sweeps.";
        HelpName = "DIR";
        DefaultValueFactory = _ => "sweeps";
    }

    /// <summary>The folder of a sweep: by its name in the folder of all sweeps, or by its path.</summary>
    public SweepFolder Folder(ParseResult parse, string reference)
    {
        var isPath = reference.Contains('/') || reference.Contains(Path.DirectorySeparatorChar);
        return new SweepFolder(Path.GetFullPath(isPath ? reference.TrimEnd('/', Path.DirectorySeparatorChar) : Path.Combine(parse.GetValue(this)!, reference)));
    }
}
