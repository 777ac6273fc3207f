using System.Globalization;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>What a value of a configuration is.</summary>
public enum ValueKind
{
    Text = 1,
    Integer = 2,
    Number = 3,
    Flag = 4,
    Choice = 5,
}

/// <summary>One row of the configuration's table: everything that reading, writing, checking, the schema and the help need to know of a key.</summary>
public sealed class ConfigurationKey
{
    private readonly Func<RunConfiguration, object?> _get;
    private readonly Func<RunConfiguration, object?, RunConfiguration> _set;

    internal ConfigurationKey(string name, ValueKind kind, string help, Func<RunConfiguration, object?> get, Func<RunConfiguration, object?, RunConfiguration> set)
    {
        Name = name;
        Kind = kind;
        Help = help;
        _get = get;
        _set = set;
    }

    /// <summary>Dotted, in snake case: <c>optimizer.learning_rate</c>.</summary>
    public string Name { get; }

    public ValueKind Kind { get; }

    public string Help { get; }

    /// <summary>Whether "none" is a value.</summary>
    public bool MayBeNone { get; init; }

    public double Minimum { get; init; } = double.NegativeInfinity;

    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is refused.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>The names of a <see cref="ValueKind.Choice"/>, or the only texts allowed; empty: any text.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Texts that are allowed beside <see cref="Choices"/>; null: none.</summary>
    internal Func<string, bool>? Others { get; init; }

    /// <summary>The value as written in a file: "none", "true", "0.05", "one_cycle".</summary>
    public string Read(RunConfiguration configuration) => Format(_get(configuration));

    public object? ReadValue(RunConfiguration configuration) => _get(configuration);

    /// <summary>For people: "a number in (0, 100] or none".</summary>
    public string Expected
    {
        get
        {
            var text = Kind switch
            {
                ValueKind.Text when Choices.Count == 0 => "a text",
                ValueKind.Text or ValueKind.Choice => "one of " + string.Join(", ", Choices) + (Others is null ? "" : ", or a .yaml file"),
                ValueKind.Flag => "true or false",
                _ => (Kind == ValueKind.Integer ? "a whole number" : "a number") + Range(),
            };
            return MayBeNone ? text + ", or none" : text;
        }
    }

    /// <summary>Sets the value that <paramref name="text"/> writes, or returns null where the text is not one this key allows.</summary>
    internal RunConfiguration? TrySet(RunConfiguration configuration, string text)
    {
        if (MayBeNone && text is "none" or "null" or "~" or "")
            return MayBeNone ? _set(configuration, null) : null;
        return Kind switch
        {
            ValueKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && InRange(whole)
                ? _set(configuration, whole) : null,
            ValueKind.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && InRange(number)
                ? _set(configuration, number) : null,
            ValueKind.Flag => text is "true" or "false" ? _set(configuration, text == "true") : null,
            _ => text.Length is > 0 and <= 4096 && (Choices.Count == 0 || Choices.Contains(text) || Others?.Invoke(text) == true) && !text.Any(char.IsControl) ? _set(configuration, text) : null,
        };
    }

    internal static string Snake(string name) =>
        name is nameof(OptimizerName.AdamW) or nameof(OptimizerName.RmsProp) ? name.ToLowerInvariant() : Regex.Replace(name, "(?<=[a-z0-9])[A-Z]", "_$0").ToLowerInvariant();

    private static string Format(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        Enum choice => Snake(choice.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    // NaN compares false to both ends, so it is out of every range.
    private bool InRange(double value) => (AboveMinimum ? value > Minimum : value >= Minimum) && value <= Maximum && double.IsFinite(value);

    private string Range()
    {
        if (double.IsInfinity(Minimum) && double.IsInfinity(Maximum))
            return "";
        var left = AboveMinimum || double.IsInfinity(Minimum) ? "(" : "[";
        return string.Create(CultureInfo.InvariantCulture, $" in {left}{Minimum}, {Maximum}{(double.IsInfinity(Maximum) ? ")" : "]")}");
    }
}
