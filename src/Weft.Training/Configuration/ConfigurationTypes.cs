namespace Weft.Training;

/// <summary>Adds a program's own records to those that a configuration can name.</summary>
public static class ConfigurationTypes
{
    private static readonly Lock Gate = new();

    /// <summary>
    /// Lets configurations name a record of the program's own: "my_sgd" for <c>MySgdOptions</c>. To be called before a configuration is read; a second call for
    /// the same type changes nothing.
    /// </summary>
    /// <typeparam name="TRecord">Sealed, derived from <see cref="OptimizerOptions"/>, <see cref="Schedule"/>, <see cref="Augmentation"/> or another kind that a
    /// section names, and made without arguments.</typeparam>
    /// <exception cref="ArgumentException">The record has no kind or cannot be made without arguments, or another one has its name.</exception>
    public static void Register<TRecord>() where TRecord : OptionsRecord
    {
        var type = typeof(TRecord);
        if (!OptionTypes.IsNameable(type))
            throw new ArgumentException($"{type.Name} cannot be named in a configuration; expected a sealed record whose constructor needs no arguments.");
        if (ConfigurationTable.Kinds.FirstOrDefault(kind => type.IsSubclassOf(kind)) is not { } found)
            throw new ArgumentException(
                $"{type.Name} is of no kind that a configuration names; expected one of "
                    + $"{string.Join(", ", ConfigurationTable.Kinds.Select(kind => kind.Name))}.");
        Add(type, found);
    }

    /// <summary>As the other, for a record that a program uses; nothing for one that no configuration can name.</summary>
    internal static void Register(Type type)
    {
        if (!OptionTypes.IsBuilt(type) && OptionTypes.IsNameable(type) && ConfigurationTable.Kinds.FirstOrDefault(type.IsSubclassOf) is { } kind)
            Add(type, kind);
    }

    private static void Add(Type type, Type kind)
    {
        lock (Gate)
        {
            if (OptionTypes.Add(type, kind))
                ConfigurationTable.Rebuild();
        }
    }
}
