namespace Weft.Training;

/// <summary>What one key's range cannot say: values that do not go together.</summary>
internal static class ConfigurationRules
{
    public static void Check(ResolvedConfiguration resolved, List<Problem> problems)
    {
        var c = resolved.Value;
        if (c.Optimizer is { Name: OptimizerName.Sgd, Nesterov: true, Momentum: 0 })
            Add("optimizer.nesterov", "momentum above 0, or nesterov false", "momentum 0");
        if (c.EarlyStopping.Patience is not null && c.EarlyStopping.StartEpoch > c.Training.Epochs)
            Add("early_stopping.start_epoch", $"at most training.epochs = {c.Training.Epochs}", $"{c.EarlyStopping.StartEpoch}");
        foreach (var problem in c.Augmentation.Validate())
            Add(problem.Where, problem.Expected, problem.Found);

        void Add(string key, string expected, string found) => problems.Add(new Problem($"{key} ({resolved.Origin(key)})", expected, found));
    }
}
