namespace Weft.Training;

/// <summary>What a person can do next, in terms of the library. The command line says each as a command to paste.</summary>
public abstract record NextStep
{
    private protected NextStep()
    {
    }
}
