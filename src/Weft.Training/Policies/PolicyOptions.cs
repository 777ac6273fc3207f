namespace Weft.Training;

/// <summary>
/// A policy of the program's own that a configuration names: its options are keys of the section <c>policy</c>, the first under the record's own name
/// (<c>policy.stop_at_accuracy</c>), once <see cref="ConfigurationTypes.Register{TRecord}"/> made it known.
/// </summary>
internal abstract record PolicyOptions : OptionsRecord
{
    /// <summary>The policy of one training, or null where the options say that it is off.</summary>
    /// <param name="clock">The training's.</param>
    public abstract ITrainingPolicy? Create(TimeProvider clock);
}

/// <summary>The policies of the program's own.</summary>
internal sealed record PolicyConfiguration : OptionsRecord, IOptionRules
{
    public OptionsSet<PolicyOptions> Applied { get; init; } = [];

    IEnumerable<Problem> IOptionRules.Conflicts() => Applied.Validate();
}
