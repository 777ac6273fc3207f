namespace Weft.Training;

/// <content>What ends trials early.</content>
internal sealed partial class SweepFileReader
{
    private const int MostEpochs = 100_000;
    private const string Hyperband = "hyperband";
    private const string Asha = "asha";
    private const string Epoch = "epoch";

    private static readonly string[] PrunerKeys = ["type", "min_iter", "max_iter", "s", "eta", "strict", "epochs", "keep"];

    private static readonly Dictionary<string, string[]> PrunerTypes = new(StringComparer.Ordinal)
    {
        [Hyperband] = ["type", "min_iter", "max_iter", "s", "eta", "strict"],
        [Asha] = ["type", "min_iter", "eta"],
        [Epoch] = ["type", "epochs", "keep"],
    };

    private Pruner? ReadPruner(YamlEntry? entry)
    {
        if (entry is null or { Value: YamlScalar { Value: "" or "null" or "~" } } || ReadMapping(entry, PrunerKeys) is not { } given)
            return null;
        var types = string.Join(", ", PrunerTypes.Keys);
        if (Find(given, "type") is not { } type)
        {
            Add(entry.Line, $"early_terminate with type: one of {types}", "no type");
            return null;
        }

        if (type.Value is not YamlScalar { Value: var name } || !PrunerTypes.TryGetValue(name, out var keys))
        {
            var near = type.Value is YamlScalar scalar ? Suggestion.For(scalar.Value, PrunerTypes.Keys) : null;
            Add(type.Line, $"one of {types} for type{(near is null ? "" : $"; did you mean {near}?")}", type.Value.Kind);
            return null;
        }

        foreach (var other in given.Entries.Where(one => PrunerKeys.Contains(one.Key) && !keys.Contains(one.Key)))
            Add(other.Line, $"only {string.Join(", ", keys)} with {name}", other.Key);
        if (name == Epoch)
        {
            var usual = new EpochPruner();
            return new EpochPruner(ReadEpochs(given, "epochs") ?? usual.Epochs, (int?)ReadWhole(Find(given, "keep"), 1, int.MaxValue) ?? usual.Keep);
        }

        var (first, eta) = (ReadEpochs(given, "min_iter"), ReadNumber(Find(given, "eta")) ?? new AshaPruner().Eta);
        if (eta <= 1)
            Add(Find(given, "eta")!.Line, "eta above 1", Text(eta));
        return name == Asha ? new AshaPruner(first, eta) : ReadHyperband(entry.Line, given, first, eta);
    }

    private HyperbandPruner ReadHyperband(int line, YamlMapping given, int? first, double eta)
    {
        var (last, bands) = (ReadEpochs(given, "max_iter"), ReadWhole(Find(given, "s"), 1, MostEpochs));
        if (Find(given, "min_iter") is null && Find(given, "max_iter") is null)
            Add(line, "min_iter, or max_iter and s, with hyperband", "neither");
        else if (Find(given, "max_iter") is not null && Find(given, "s") is null)
            Add(line, "s with max_iter: how many bands there are below it", "none");
        var strict = new HyperbandPruner(first).Strict;
        if (Find(given, "strict") is { Value: var tree } entry)
        {
            if (tree is YamlScalar { Value: "true" or "True" or "TRUE" or "false" or "False" or "FALSE" } flag)
                strict = char.ToLowerInvariant(flag.Value[0]) == 't';
            else
                Add(entry.Line, "true or false for strict", tree.Kind);
        }

        return new HyperbandPruner(first, last, (int)(bands ?? 1), eta, strict);
    }

    private int? ReadEpochs(YamlMapping given, string key) => (int?)ReadWhole(Find(given, key), 1, MostEpochs);
}
