namespace Weft.Training;

/// <summary>How much a later trial may know of an earlier one.</summary>
internal enum SeenState
{
    /// <summary>Nothing but its settings.</summary>
    Running = 1,

    /// <summary>Its value after some epochs, after which it ended or may not be seen further.</summary>
    Pruned = 2,
    Finished = 3,

    /// <summary>It gave no value.</summary>
    Failed = 4,
}

/// <summary>What a later trial may know of an earlier one.</summary>
/// <param name="Settings">As <see cref="SearchSpace"/> orders them.</param>
/// <param name="Value">Smaller is better, whatever the sweep's goal; NaN where there is none.</param>
/// <param name="Epochs">After how many that value was measured.</param>
internal sealed record SeenTrial(int Number, IReadOnlyList<string> Settings, SeenState State, double Value, int Epochs);
