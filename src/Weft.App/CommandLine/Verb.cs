using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>One verb of the command line: its options are declared in the constructor, its work is <see cref="Run"/>.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, Screen screen) : base(name, description)
    {
        Screen = screen;
        SetAction(parse => (int)Run(parse));
    }

    protected Screen Screen { get; }

    protected abstract ExitCode Run(ParseResult parse);
}
