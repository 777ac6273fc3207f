using System.Collections.Immutable;
using System.Reflection;

namespace Weft.Training;

/// <summary>The records that options can be: those of the engine and of this library, found by reflection, and those that a program added.</summary>
internal static class OptionTypes
{
    private static readonly ImmutableArray<Type> Built =
    [
        .. new[] { typeof(OptionsRecord).Assembly, typeof(OptionTypes).Assembly }.SelectMany(assembly => assembly.GetTypes()).Where(IsNameable),
    ];

    private static readonly Lock Adding = new();
    private static ImmutableArray<Type> _added = [];

    /// <returns>False for a type that is known already.</returns>
    /// <exception cref="ArgumentException">Another one of its kind has its name.</exception>
    public static bool Add(Type type, Type kind)
    {
        lock (Adding)
        {
            if (Of(kind).FirstOrDefault(known => OptionNames.Of(known, kind) == OptionNames.Of(type, kind)) is { } other)
            {
                return other == type ? false
                    : throw new ArgumentException($"{type.FullName} would be named {OptionNames.Of(type, kind)}, which is {other.FullName} already.");
            }

            _added = [.. _added, type];
            return true;
        }
    }

    /// <summary>The nameable types of a kind, in the order of their names.</summary>
    public static IReadOnlyList<Type> Of(Type kind) =>
        [.. Built.Concat(_added).Where(type => type.IsSubclassOf(kind)).OrderBy(type => OptionNames.Of(type, kind), StringComparer.Ordinal)];

    /// <summary>Whether a type is the engine's or this library's.</summary>
    public static bool IsBuilt(Type type) => type.Assembly == typeof(OptionsRecord).Assembly || type.Assembly == typeof(OptionTypes).Assembly;

    /// <summary>A record with its defaults.</summary>
    public static OptionsRecord Create(Type type)
    {
        var constructor = Constructor(type)!;
        return (OptionsRecord)constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    /// <summary>Whether a record can be made without arguments; one that needs some (a warm-up around another schedule) is a wrapper.</summary>
    public static bool IsNameable(Type type) => type.IsSubclassOf(typeof(OptionsRecord)) && !type.IsAbstract && Constructor(type) is not null;

    private static ConstructorInfo? Constructor(Type type) =>
        type.GetConstructors().FirstOrDefault(constructor => constructor.GetParameters().All(parameter => parameter.HasDefaultValue));
}
