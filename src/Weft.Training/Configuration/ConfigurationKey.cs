using System.Globalization;

namespace Weft.Training;

/// <summary>What a value of a configuration is.</summary>
internal enum ValueKind
{
    Text = 1,
    Integer = 2,
    Number = 3,
    Flag = 4,
    Choice = 5,
}

/// <summary>
/// A key of configurations: an option of a record, under the name of its section. Reading, writing, checking, schema and help all come from here.
/// </summary>
internal sealed class ConfigurationKey
{
    /// <summary>In a section that may hold different records: which one it holds.</summary>
    internal const string NameKey = "name";

    private const int LongestText = 4096;

    private readonly ConfigurationSection _section;
    private readonly OptionKey? _option;
    private readonly Func<OptionsRecord, OptionsRecord> _part;
    private readonly Func<OptionsRecord, OptionsRecord, OptionsRecord> _replace;
    private readonly TextChoicesAttribute? _texts;
    private readonly IReadOnlyList<Type> _types = [];

    /// <summary>The key of an option.</summary>
    /// <param name="owner">The record that the section has to hold; null where it always does.</param>
    /// <param name="part">From the section's record to the one that has the option.</param>
    /// <param name="replace">Gives the section's record another part.</param>
    internal ConfigurationKey(
        string name, ConfigurationSection section, OptionKey option, Type? owner, Func<OptionsRecord, OptionsRecord> part,
        Func<OptionsRecord, OptionsRecord, OptionsRecord> replace)
    {
        (Name, _section, _option, Owner, _part, _replace) = (name, section, option, owner, part, replace);
        _texts = option.Property.GetCustomAttributes(typeof(TextChoicesAttribute), inherit: true).OfType<TextChoicesAttribute>().FirstOrDefault();
        if (option.Type.IsSubclassOf(typeof(OptionsRecord)))
            _types = OptionTypes.Of(option.Type);
        Choices = _texts?.Names ?? (_types.Count > 0 ? [.. _types.Select(type => OptionNames.Of(type, option.Type))] : option.Choices);
        Kind = option.Type.IsEnum || _types.Count > 0 ? ValueKind.Choice
            : option.Type == typeof(bool) ? ValueKind.Flag
            : option.Type == typeof(string) ? ValueKind.Text
            : option.Type == typeof(double) ? ValueKind.Number : ValueKind.Integer;
    }

    /// <summary>The key that says which record a section holds.</summary>
    internal ConfigurationKey(ConfigurationSection section, Type kind, IReadOnlyList<Type> types)
    {
        (Name, _section, _types, _part, _replace) = (section.KeyOf(NameKey), section, types, whole => whole, (_, part) => part);
        (Kind, RecordKind) = (ValueKind.Choice, kind);
        Choices = [.. types.Select(type => OptionNames.Of(type, kind))];
    }

    /// <summary>Dotted, in snake case: <c>optimizer.learning_rate</c>.</summary>
    public string Name { get; }

    public ValueKind Kind { get; }

    public string Help => _option?.Help ?? "Which one is used.";

    /// <summary>Whether "none" is a value.</summary>
    public bool MayBeNone => _option?.MayBeNone ?? false;

    public double Minimum => _option?.Minimum ?? double.NegativeInfinity;

    public double Maximum => _option?.Maximum ?? double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is refused.</summary>
    public bool AboveMinimum => _option?.MinimumIsExclusive ?? false;

    /// <summary>Whether <see cref="Maximum"/> itself is refused.</summary>
    public bool BelowMaximum => _option?.MaximumIsExclusive ?? false;

    /// <summary>The names of a <see cref="ValueKind.Choice"/>, or texts that are known; empty: any text.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>What texts beside <see cref="Choices"/> look like, as a regular expression; null: there are none.</summary>
    public string? OtherTexts => _texts?.Pattern;

    /// <summary>What is allowed: "a number in (0, 100], or none".</summary>
    public string Expected => Choices.Count > 0
        ? "one of " + string.Join(", ", Choices) + (_texts?.Others is { } others ? $", or {others}" : "") + (MayBeNone ? ", or none" : "")
        : _option!.Expected;

    /// <summary>The record whose option it is, where a section can hold different ones; else null.</summary>
    internal Type? Owner { get; }

    /// <summary>The kind of records that this key tells apart, or null for the key of an option.</summary>
    internal Type? RecordKind { get; }

    /// <summary>Whether it is an option of a record that the program registered.</summary>
    internal bool IsOfProgram => _option is not null && !OptionTypes.IsBuilt(_option.Property.DeclaringType!);

    internal string Section => Name[..Name.IndexOf('.')];

    internal string OptionName => Name[(Name.IndexOf('.') + 1)..];

    /// <summary>The name of the record that the section has to hold, or null.</summary>
    public string? OwnerName => Owner is null ? _section.Requirement : OptionNames.Of(Owner, _section.Kind!);

    /// <summary>Whether the key means something in this configuration.</summary>
    public bool IsIn(RunConfiguration configuration) => _section.Holds(configuration, Owner);

    /// <summary>The value as written in a file: "none", "true", "0.05", "one_cycle".</summary>
    public string Read(RunConfiguration configuration) => OptionKey.Write(ReadValue(configuration));

    /// <summary>Null, a flag, a number or a text.</summary>
    public object? ReadValue(RunConfiguration configuration)
    {
        if (RecordKind is not null)
            return OptionNames.Of(_section.Read(configuration).GetType(), RecordKind);
        var value = _option!.Read(_part(_section.Read(configuration)));
        return value is Enum or OptionsRecord ? OptionKey.Write(value) : value;
    }

    /// <summary>The value where nobody sets it.</summary>
    public object? DefaultValue => ReadValue(Owner is null ? new RunConfiguration() : _section.Write(new RunConfiguration(), OptionTypes.Create(Owner)));

    internal RunConfiguration Reset(RunConfiguration configuration) => TrySet(configuration, OptionKey.Write(DefaultValue))!;

    /// <summary>Sets the value that <paramref name="text"/> writes, or returns null where the text is not one this key allows.</summary>
    internal RunConfiguration? TrySet(RunConfiguration configuration, string text)
    {
        if (RecordKind is not null)
            return _types.FirstOrDefault(type => OptionNames.Of(type, RecordKind) == text) is not { } chosen ? null
                : chosen == _section.Read(configuration).GetType() ? configuration
                : _section.Write(configuration, OptionTypes.Create(chosen));
        if (!TryParse(text, out var value) || !_option!.Allows(value))
            return null;
        var whole = _section.Read(configuration);
        return _section.Write(configuration, _replace(whole, _part(whole).With(_option.Property, value)));
    }

    private bool TryParse(string text, out object? value)
    {
        value = null;
        if (MayBeNone && text is "none" or "null" or "~" or "")
            return MayBeNone;
        value = Kind switch
        {
            ValueKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
                _option!.Type == typeof(long) ? whole : whole is >= int.MinValue and <= int.MaxValue ? (int)whole : null,
            ValueKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            ValueKind.Flag when text is "true" or "false" => text == "true",
            ValueKind.Choice when _types.Count > 0 =>
                _types.FirstOrDefault(type => OptionNames.Of(type, _option!.Type) == text) is { } type ? OptionTypes.Create(type) : null,
            ValueKind.Choice when Enum.GetValues(_option!.Type).Cast<Enum>().FirstOrDefault(choice => OptionKey.Write(choice) == text) is { } choice => choice,
            ValueKind.Text when text.Length is > 0 and <= LongestText && !text.Any(char.IsControl) && (_texts is null || _texts.Allows(text)) => text,
            _ => null,
        };
        return value is not null;
    }
}

/// <summary>The texts that an option of type string may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class TextChoicesAttribute : Attribute
{
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>What may stand there beside the names, in words: "a .yaml file"; null: nothing.</summary>
    public abstract string? Others { get; }

    /// <summary>The regular expression of the others; null: there are none.</summary>
    public abstract string? Pattern { get; }

    public abstract bool Allows(string text);
}
