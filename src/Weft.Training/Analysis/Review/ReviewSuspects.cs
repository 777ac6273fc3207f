namespace Weft.Training;

/// <summary>Look at the labels that an analysis found suspect, and write down which are wrong.</summary>
internal sealed record ReviewSuspects(RunFolder Run) : NextStep;
