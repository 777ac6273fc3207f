namespace Weft.Training;

/// <summary>What one key's range cannot say: values that do not go together.</summary>
internal static class ConfigurationRules
{
    public static void Check(ResolvedConfiguration resolved, List<Problem> problems)
    {
        var c = resolved.Value;
        if (c.Optimizer is { Name: OptimizerName.Sgd, Nesterov: true, Momentum: 0 })
            Add("optimizer.nesterov", "momentum above 0, or nesterov false", "momentum 0");
        if (c.Optimizer is { SamLastEpochs: not null, SamRho: null })
            Add("optimizer.sam_last_epochs", "none, or optimizer.sam_rho given too", $"{c.Optimizer.SamLastEpochs} without optimizer.sam_rho");
        if (c.EarlyStopping.Patience is not null && c.EarlyStopping.StartEpoch > c.Training.Epochs)
            Add("early_stopping.start_epoch", $"at most training.epochs = {c.Training.Epochs}", $"{c.EarlyStopping.StartEpoch}");
        if (c.Model.Depth is { } depth && ModelCatalog.Find(c.Model.Name) is { } model && !model.HasDepth(depth))
            Add("model.depth", model.Depths ?? $"none: {model.Name} comes in one depth only", $"{depth}");
        if (ModelFile.IsPath(c.Model.Name))
            CheckModelFile();
        foreach (var problem in c.Augmentation.Validate())
            Add(problem.Where, problem.Expected, problem.Found);

        // A model file says all about its network; a key that could change it would be believed and do nothing.
        void CheckModelFile()
        {
            var untouched = new RunConfiguration { Model = new ModelConfiguration { Name = c.Model.Name } };
            foreach (var key in ConfigurationTable.Keys.Where(key => key.Name.StartsWith("model.", StringComparison.Ordinal) && key.Read(untouched) != key.Read(c)))
                Add(key.Name, $"{key.Read(untouched)}: a model file says it itself", key.Read(c));
        }

        void Add(string key, string expected, string found) => problems.Add(new Problem($"{key} ({resolved.Origin(key)})", expected, found));
    }
}
