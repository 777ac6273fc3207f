namespace Weft.Training;

/// <summary>How a split and its limits are drawn. A run keeps the rule it was begun with.</summary>
public enum SplitRule
{
    /// <summary>
    /// The rule of runs whose description has no <see cref="RunData.ValidationFingerprint"/>: largest remainders alone, which can leave a class without
    /// samples; a limit keeps the first samples, whatever their classes.
    /// </summary>
    Proportional = 1,

    /// <summary>As <see cref="Proportional"/> wherever that loses no class; else every class keeps the samples it can keep.</summary>
    EveryClass = 2,
}
