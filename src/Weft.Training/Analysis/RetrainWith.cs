namespace Weft.Training;

/// <summary>Train a run's configuration anew, as another run next to it.</summary>
/// <param name="Changes">Values that differ from the run's; empty: none.</param>
internal sealed record RetrainWith(RunFolder Run, IReadOnlyList<ConfigurationValue> Changes) : NextStep;
