using System.CommandLine;

namespace Weft.App;

/// <summary>A run: its folder, its name, a unique prefix of it, <c>latest</c> or <c>best</c>.</summary>
internal sealed class RunArgument : Argument<string>
{
    public RunArgument(string description, bool optional = false) : base("RUN")
    {
        Description = description + " A folder, a name, a unique prefix, latest or best.";
        if (optional)
            DefaultValueFactory = _ => "latest";
    }
}
