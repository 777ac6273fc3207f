namespace Weft.Training;

/// <summary>The ingredients of a configuration, each switched off once.</summary>
internal static class Ablation
{
    // What switches a key off; an augmentation's own defaults are off.
    private static readonly (string Key, string Off)[] Switches =
    [
        ("augmentation.preset", "none"), ("model.normalization", "none"), ("model.dropout", "0"), ("model.feature_dropout", "0"),
        ("model.spatial_dropout", "0"),
        ("optimizer.weight_decay", "0"), ("optimizer.momentum", "0"), ("optimizer.nesterov", "false"), ("optimizer.sam_rho", "none"),
        ("loss.label_smoothing", "0"), ("schedule.name", "constant"), ("schedule.warm_up_epochs", "none"), ("training.ema_decay", "none"),
        ("early_stopping.patience", "none"), ("backbone.layer_decay", "1"), ("head.logit_adjustment", "0"),
    ];

    /// <summary>One contender for the configuration as it is, and one for each ingredient that it has, without it.</summary>
    /// <param name="configuration">The recipe.</param>
    /// <param name="classes">How many the data have.</param>
    /// <param name="input">The shape of the data's pictures.</param>
    /// <param name="only">Keys to switch off; empty: all.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a key of <paramref name="only"/> is no ingredient.</exception>
    public static IReadOnlyList<Contender> Of(ResolvedConfiguration configuration, int classes, FeatureShape input, IReadOnlyList<string> only)
    {
        var network = NetworkOf(configuration, classes, input);
        var found = new List<Contender>();
        foreach (var (key, off) in Switches.Concat(Augmentations(configuration.Value)))
        {
            if (Without(configuration, key, off) is not { } without)
                continue;
            if (key.StartsWith("model.", StringComparison.Ordinal) && NetworkOf(without, classes, input) == network)
                continue; // the network has none of it
            found.Add(new Contender(key.Replace('.', '-').Replace('_', '-'), $"{key}: {off}", without));
        }

        if (only.Except(found.Select(KeyOf)).ToList() is { Count: > 0 } unknown)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this is no ingredient of the recipe")
            {
                Where = "--only", Expected = "one of " + string.Join(", ", found.Select(KeyOf)), Found = string.Join(", ", unknown),
                Safe = "nothing was touched",
            };
        }

        return [new Contender("whole", "as it is", configuration), .. found.Where(contender => only.Count == 0 || only.Contains(KeyOf(contender)))];

        static string KeyOf(Contender contender) => contender.Label[..contender.Label.IndexOf(':')];
    }

    private static IEnumerable<(string Key, string Off)> Augmentations(RunConfiguration configuration) =>
        configuration.Augmentation.Applied.Select(augmentation => OptionKey.Of(augmentation.GetType())[0] is var first
            ? ($"augmentation.{OptionsSet.NameOf(typeof(Augmentation), augmentation.GetType(), first)}",
                OptionKey.Write(first.Read(OptionTypes.Create(augmentation.GetType()))))
            : default);

    // Null where the configuration has no such key, has it off already, or cannot do without.
    private static ResolvedConfiguration? Without(ResolvedConfiguration configuration, string key, string off)
    {
        if (ConfigurationTable.Find(key, configuration.Value) is not { } found || found.Read(configuration.Value) == off)
            return null;
        try
        {
            var without = configuration.With(new ConfigurationValue(key, off, "ablation"));
            return found.Read(without.Value) == found.Read(configuration.Value) ? null : without;
        }
        catch (WeftException refused) when (refused.Kind == ErrorKind.InvalidInput)
        {
            return null;
        }
    }

    private static string NetworkOf(ResolvedConfiguration configuration, int classes, FeatureShape input) =>
        ModelFile.Write(configuration.Value.Model.Describe(classes, input));
}
