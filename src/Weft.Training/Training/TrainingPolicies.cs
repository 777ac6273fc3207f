namespace Weft.Training;

/// <summary>The policies a configuration asks for, asked as one.</summary>
internal sealed class TrainingPolicies
{
    private readonly List<ITrainingPolicy> _policies = [new StopOnNonFiniteLoss(), new KeepBestCheckpoint()];
    private readonly ReduceLearningRateOnPlateau? _plateau;

    public TrainingPolicies(TrainingSession session, IReadOnlyDictionary<string, string> states)
    {
        var (configuration, clock) = (session.Configuration, session.Surroundings.Clock);
        if (configuration.Checkpoint.KeepEveryEpochs is { } every)
            _policies.Add(new KeepEpochCheckpoints(every));
        if ((configuration.EffectiveSchedule is WarmUp warmUp ? warmUp.Then : configuration.EffectiveSchedule) is ReduceOnPlateau plateau)
            _policies.Add(_plateau = new ReduceLearningRateOnPlateau(plateau, configuration.Plateau.Metric));
        if (configuration.EarlyStopping.Patience is not null)
            _policies.Add(new StopWhenNoImprovement(configuration.EarlyStopping));
        if (configuration.Training.TimeBudgetSeconds is { } seconds)
            _policies.Add(new StopAfterTimeBudget(TimeSpan.FromSeconds(seconds), clock));
        var interval = configuration.Checkpoint.EverySeconds is { } pause ? TimeSpan.FromSeconds(pause) : (TimeSpan?)null;
        _policies.Add(new SavePeriodically(interval, configuration.Checkpoint.EverySteps, clock));
        _policies.AddRange(session.Policies);
        foreach (var policy in _policies)
        {
            if (!states.TryGetValue(policy.Name, out var state))
                continue;
            try
            {
                policy.Restore(state);
            }
            catch (Exception damage) when (damage is FormatException or OverflowException)
            {
                throw new WeftException(ErrorKind.CheckpointMismatch, $"the checkpoint's state of {policy.Name} cannot be read", damage)
                {
                    Found = $"'{state}'",
                    Safe = "nothing was changed",
                };
            }
        }
    }

    /// <summary>Reductions of the learning rate so far; 0 for a schedule that looks at no metric.</summary>
    public int Reductions => _plateau?.Reductions ?? 0;

    public Decision AfterStep(StepReport step) => _policies.Aggregate(Decision.None, (decision, policy) => decision + policy.AfterStep(step));

    public Decision AfterEpoch(EpochReport epoch) => _policies.Aggregate(Decision.None, (decision, policy) => decision + policy.AfterEpoch(epoch));

    public Dictionary<string, string> States() =>
        _policies.Where(policy => policy.State is not null).ToDictionary(policy => policy.Name, policy => policy.State!);
}
