using System.Collections.Immutable;

namespace Weft.Training;

/// <summary>Every key of a configuration, derived from the records that its sections hold (<see cref="RunConfiguration"/>).</summary>
internal static class ConfigurationTable
{
    private static ImmutableArray<ConfigurationKey> _keys;

    /// <summary>All keys; where records that a section tells apart have an option of the same name, each of them has its own.</summary>
    public static ImmutableArray<ConfigurationKey> Keys
    {
        get
        {
            if (_keys.IsDefault)
                Rebuild();
            return _keys;
        }
    }

    /// <summary>The kinds of records that a configuration names.</summary>
    internal static IReadOnlyList<Type> Kinds { get; } =
        [.. ConfigurationSection.All.SelectMany(section => section.Kinds()).Distinct()];

    /// <summary>The keys that mean something in a configuration, in the order in which it is written.</summary>
    public static IEnumerable<ConfigurationKey> Of(RunConfiguration configuration) => Keys.Where(key => key.IsIn(configuration));

    /// <summary>The key of that name that means something in the configuration, or null.</summary>
    public static ConfigurationKey? Find(string name, RunConfiguration configuration) =>
        Keys.FirstOrDefault(key => key.Name == name && key.IsIn(configuration));

    /// <summary>The keys of that name, one for each record that has it.</summary>
    internal static IEnumerable<ConfigurationKey> Named(string name) => Keys.Where(key => key.Name == name);

    /// <summary>To be called when there are more types than before.</summary>
    internal static void Rebuild() => _keys = [.. ConfigurationSection.All.SelectMany(section => section.Keys())];
}
