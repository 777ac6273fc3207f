namespace Weft.Training;

/// <summary>
/// What can be done next, in terms of the library: one record for each thing that can be done. A program says it in its own words; the command line makes a
/// command of it.
/// </summary>
public abstract record NextStep
{
    private protected NextStep()
    {
    }
}

/// <summary>A step for people: a sentence, or another program's command.</summary>
public sealed record Advice(string Text) : NextStep;

/// <summary>Make room on the disk first.</summary>
public sealed record MakeRoom(NextStep Then) : NextStep;

/// <summary>The same with the folder where the data are now.</summary>
public sealed record WithData(NextStep Step) : NextStep;

/// <summary>Get the newest version of the program.</summary>
internal sealed record UpdateProgram : NextStep;
