namespace Weft.Training;

/// <summary>The keys of a configuration that a run's checkpoints remember, with their values.</summary>
internal static class RunKeys
{
    private const string EvaluationSection = "evaluation.";

    // When is saved changes no bit, but which epoch is the best stands in every checkpoint.
    private const string BestMetric = "checkpoint.best_metric";

    /// <summary>The keys that a training's bits depend on.</summary>
    public static IReadOnlyDictionary<string, string> Lasting(RunConfiguration configuration) =>
        Of(configuration, key => !key.StartsWith(EvaluationSection, StringComparison.Ordinal));

    /// <summary>What a checkpoint says of its run's configuration: <see cref="Lasting"/>, and how the run is evaluated.</summary>
    public static IReadOnlyDictionary<string, string> OfCheckpoint(RunConfiguration configuration) => Of(configuration, _ => true);

    /// <summary>The configuration as it stands in the run's folder, where the files of its model and of its corrections have fixed names.</summary>
    public static ResolvedConfiguration ForFolder(ResolvedConfiguration configuration)
    {
        var value = configuration.Value;
        if (ModelFile.IsPath(value.Model.Name))
            value = value with { Model = value.Model with { Name = RunFolder.ModelFileName } };
        if (value.Data.Corrections is not null)
            value = value with { Data = value.Data with { Corrections = RunFolder.CorrectionsFileName } };
        return configuration with { Value = value };
    }

    private static Dictionary<string, string> Of(RunConfiguration configuration, Func<string, bool> isWanted) => ConfigurationTable.Of(configuration)
        .Where(key => isWanted(key.Name) && (key.Name == BestMetric || !key.Name.StartsWith("checkpoint.", StringComparison.Ordinal))
            && key.Name is not ("training.threads" or "training.time_budget_seconds" or "data.folder" or ConfigurationResolver.CorrectionsKey))
        .ToDictionary(key => key.Name, key =>
            key.Name == ConfigurationResolver.ModelKey && ModelFile.IsPath(key.Read(configuration)) ? RunFolder.ModelFileName : key.Read(configuration));
}
