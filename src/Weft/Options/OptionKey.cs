using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Weft;

/// <summary>
/// One option of a record, derived from its property: the name from its name, the help from <see cref="DescriptionAttribute"/>, the range from
/// <see cref="RangeAttribute"/>, and "none" is a value where the property is nullable.
/// </summary>
public sealed class OptionKey
{
    private static readonly ConcurrentDictionary<Type, ImmutableArray<OptionKey>> Known = new();

    private OptionKey(PropertyInfo property)
    {
        Property = property;
        Name = OptionNames.Of(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        MayBeNone = Type != property.PropertyType
            || (Type == typeof(string) && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable);
        Help = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        IsConfigured = !property.IsDefined(typeof(NotConfiguredAttribute));
        Choices = Type.IsEnum ? [.. Enum.GetNames(Type).Select(OptionNames.Of)] : [];
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            Minimum = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
            Maximum = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
            MinimumIsExclusive = range.MinimumIsExclusive;
            MaximumIsExclusive = range.MaximumIsExclusive;
        }
    }

    /// <summary>What it was derived from.</summary>
    public PropertyInfo Property { get; }

    /// <summary>In snake case: <c>weight_decay</c>.</summary>
    public string Name { get; }

    /// <summary>bool, int, long, double, string, an enumeration, or a kind of records of which one is chosen.</summary>
    public Type Type { get; }

    /// <summary>Whether no value at all is one.</summary>
    public bool MayBeNone { get; }

    /// <summary>One sentence; empty where the property has none.</summary>
    public string Help { get; }

    /// <summary>Whether configurations have this key.</summary>
    public bool IsConfigured { get; }

    public double Minimum { get; } = double.NegativeInfinity;

    public double Maximum { get; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is refused.</summary>
    public bool MinimumIsExclusive { get; }

    /// <summary>Whether <see cref="Maximum"/> itself is refused.</summary>
    public bool MaximumIsExclusive { get; }

    /// <summary>The names of an enumeration's values; empty for the other types.</summary>
    public ImmutableArray<string> Choices { get; }

    /// <summary>What is allowed: "a number in (0, 100], or none".</summary>
    public string Expected
    {
        get
        {
            var text = Type.IsEnum ? "one of " + string.Join(", ", Choices)
                : Type == typeof(bool) ? "true or false"
                : Type == typeof(string) ? "a text"
                : Type.IsSubclassOf(typeof(OptionsRecord)) ? $"one of the records derived from {Type.Name}"
                : (Type == typeof(double) ? "a number" : "a whole number") + Range();
            return MayBeNone ? text + ", or none" : text;
        }
    }

    /// <summary>The options of a type of record, those of its base first, each in the order in which they are declared.</summary>
    public static ImmutableArray<OptionKey> Of([DynamicallyAccessedMembers(OptionsRecord.Members)] Type record)
    {
        if (Known.TryGetValue(record, out var keys))
            return keys;
        // Of two threads that find the options at the same time both get those of the first: an option is known by its object.
        return Known.GetOrAdd(record,
        [
            .. record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite && IsValue(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType))
                .OrderBy(property => Depth(property.DeclaringType!)).ThenBy(property => property.MetadataToken)
                .Select(property => new OptionKey(property)),
        ]);
    }

    public object? Read(OptionsRecord record) => Property.GetValue(record);

    /// <summary>Whether the value is one of those <see cref="Expected"/> describes.</summary>
    public bool Allows(object? value) => value switch
    {
        null => MayBeNone,
        int whole => IsInRange(whole),
        long whole => IsInRange(whole),
        double number => IsInRange(number),
        Enum choice => Enum.IsDefined(Type, choice),
        _ => true,
    };

    /// <summary>Null where the value is allowed.</summary>
    public Problem? Check(object? value) => Allows(value) ? null : new Problem(Name, Expected, Write(value));

    /// <summary>A value as files have it: "none", "true", "0.05", "leaky_relu", "validation_loss".</summary>
    public static string Write(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        Enum choice => OptionNames.Of(choice.ToString()),
        OptionsRecord record => OptionNames.Of(record.GetType(), Kind(record.GetType())),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private static bool IsValue(Type type) =>
        type.IsEnum || (type.IsAbstract && type.IsSubclassOf(typeof(OptionsRecord)))
            || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(string);

    private static Type Kind(Type record) => record.BaseType == typeof(OptionsRecord) ? record : Kind(record.BaseType!);

    private static int Depth(Type type) => type.BaseType is { } above ? 1 + Depth(above) : 0;

    // NaN compares false to both ends, so it is out of every range; without a range a number has to be finite.
    private bool IsInRange(double value) =>
        (MinimumIsExclusive ? value > Minimum : value >= Minimum) && (MaximumIsExclusive ? value < Maximum : value <= Maximum) && double.IsFinite(value);

    private string Range()
    {
        if (double.IsInfinity(Minimum) && double.IsInfinity(Maximum))
            return "";
        var left = MinimumIsExclusive || double.IsInfinity(Minimum) ? "(" : "[";
        var right = MaximumIsExclusive || double.IsInfinity(Maximum) ? ")" : "]";
        return string.Create(CultureInfo.InvariantCulture, $" in {left}{Minimum}, {Maximum}{right}");
    }
}
