using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>The folder that holds the runs.</summary>
internal sealed class RunsOption : Option<string>
{
    public RunsOption() : base("--runs")
    {
        Description = "The folder of all runs.";
        HelpName = "DIR";
        DefaultValueFactory = _ => "runs";
    }

    public RunStore Store(ParseResult parse) => new(parse.GetValue(this)!);
}
