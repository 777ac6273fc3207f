using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>config show</c> says: each key with its value and where that came from.</summary>
internal sealed record ConfigurationDocument(string? Recipe, IReadOnlyDictionary<string, ConfigurationEntry> Values);

/// <summary>The value of one key of a configuration.</summary>
internal sealed record ConfigurationEntry(JsonNode? Value, string Origin)
{
    public static IReadOnlyDictionary<string, ConfigurationEntry> AllOf(ResolvedConfiguration resolved) => ConfigurationTable.Of(resolved.Value)
        .ToDictionary(key => key.Name, key => new ConfigurationEntry(ConfigurationSchema.ToJson(key.ReadValue(resolved.Value)), resolved.Origin(key.Name)));
}

/// <summary>What <c>config keys</c> lists.</summary>
internal sealed record ConfigurationKeysDocument(IReadOnlyList<ConfigurationKeyEntry> Keys);

/// <summary>One key that configurations may have.</summary>
/// <param name="Of">The record that has the key, where not every record of its section has it.</param>
internal sealed record ConfigurationKeyEntry(string Key, string? Of, string Help, string Expected, JsonNode? Default);

/// <summary>What <c>config diff</c> found.</summary>
internal sealed record ConfigurationDifferencesDocument(IReadOnlyList<ConfigurationDifferenceEntry> Differences);

/// <summary>A key whose values differ.</summary>
internal sealed record ConfigurationDifferenceEntry(string Key, string Left, string Right);

/// <summary>What <c>config restore</c> wrote.</summary>
internal sealed record RestoredConfigurationDocument(string Run, IReadOnlyList<RestoredFileEntry> Restored);

/// <summary>A file that was written anew.</summary>
/// <param name="Kept">Where the old one is; null where there was none.</param>
internal sealed record RestoredFileEntry(string File, string? Kept);
