using System.Collections.Immutable;
using System.Reflection;

namespace Weft.Training;

/// <summary>
/// The records that a configuration can name: every optimizer, schedule and augmentation of the engine and of this library, found by reflection, and
/// those
/// that a program registers.
/// </summary>
public static class ConfigurationTypes
{
    private static readonly Lock Gate = new();

    private static readonly ImmutableArray<Type> Built =
    [
        .. new[] { typeof(OptionsRecord).Assembly, typeof(ConfigurationTypes).Assembly }.SelectMany(assembly => assembly.GetTypes()).Where(IsNameable),
    ];

    private static ImmutableArray<Type> _registered = [];

    /// <summary>
    /// Lets configurations name a record of the program's own: "my_sgd" for <c>MySgdOptions</c>. To be called before a configuration is read; a second call
    /// for the
    /// same type changes nothing.
    /// </summary>
    /// <typeparam name="TRecord">Sealed, derived from <see cref="OptimizerOptions"/>, <see cref="Schedule"/>, <see cref="Augmentation"/> or another kind that
    /// a section names,
    /// and made without arguments.</typeparam>
    /// <exception cref="ArgumentException">The record has no kind or cannot be made without arguments, or another one has its name.</exception>
    public static void Register<TRecord>() where TRecord : OptionsRecord
    {
        var type = typeof(TRecord);
        if (!IsNameable(type))
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
        if (!IsBuilt(type) && IsNameable(type) && ConfigurationTable.Kinds.FirstOrDefault(type.IsSubclassOf) is { } kind)
            Add(type, kind);
    }

    private static void Add(Type type, Type kind)
    {
        lock (Gate)
        {
            if (Of(kind).FirstOrDefault(known => OptionNames.Of(known, kind) == OptionNames.Of(type, kind)) is { } other)
            {
                if (other == type)
                    return;
                throw new ArgumentException($"{type.FullName} would be named {OptionNames.Of(type, kind)}, which is {other.FullName} already.");
            }

            _registered = [.. _registered, type];
            ConfigurationTable.Rebuild();
        }
    }

    /// <summary>The nameable types of a kind, in the order of their names.</summary>
    internal static IReadOnlyList<Type> Of(Type kind) =>
        [.. Built.Concat(_registered).Where(type => type.IsSubclassOf(kind)).OrderBy(type => OptionNames.Of(type, kind), StringComparer.Ordinal)];

    /// <summary>Whether a type is the engine's or this library's.</summary>
    internal static bool IsBuilt(Type type) => type.Assembly == typeof(OptionsRecord).Assembly || type.Assembly == typeof(ConfigurationTypes).Assembly;

    /// <summary>A record with its defaults.</summary>
    internal static OptionsRecord Create(Type type)
    {
        var constructor = Constructor(type)!;
        return (OptionsRecord)constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    // A record that needs arguments (a warm-up around another schedule) is a wrapper, which no section names.
    private static bool IsNameable(Type type) => type.IsSubclassOf(typeof(OptionsRecord)) && !type.IsAbstract && Constructor(type) is not null;

    private static ConstructorInfo? Constructor(Type type) =>
        type.GetConstructors().FirstOrDefault(constructor => constructor.GetParameters().All(parameter => parameter.HasDefaultValue));
}
