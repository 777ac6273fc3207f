using System.Reflection;

namespace Weft.Training;

/// <summary>Puts the options of a record into another section than that of its property's name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SectionAttribute(string name) : Attribute
{
    public string Name => name;

    /// <summary>Stands before the keys, followed by an underscore. Default: nothing.</summary>
    public string? Prefix { get; init; }

    /// <summary>The record of that section without which the options mean nothing. Default: they always mean something.</summary>
    public Type? With { get; init; }
}

/// <summary>One property of <see cref="RunConfiguration"/>: a record, or one of a kind of records that the key <c>name</c> tells apart.</summary>
internal sealed class ConfigurationSection
{
    private readonly PropertyInfo _property;
    private readonly SectionAttribute? _place;

    public ConfigurationSection(PropertyInfo property)
    {
        _property = property;
        _place = property.GetCustomAttribute<SectionAttribute>();
        Name = _place?.Name ?? OptionNames.Of(property.Name);
    }

    public static IReadOnlyList<ConfigurationSection> All { get; } =
        [
            .. typeof(RunConfiguration).GetProperties().Where(property => property.CanWrite).OrderBy(property => property.MetadataToken)
                .Select(property => new ConfigurationSection(property)),
        ];

    public string Name { get; }

    /// <summary>The kind of records that the section's name tells apart, or null.</summary>
    public Type? Kind => _property.PropertyType.IsAbstract ? _property.PropertyType : null;

    /// <summary>The name of the record without which the options mean nothing, or null.</summary>
    public string? Requirement => _place?.With is { } with ? OptionNames.Of(with, with.BaseType!) : null;

    public OptionsRecord Read(RunConfiguration configuration) => (OptionsRecord)_property.GetValue(configuration)!;

    public RunConfiguration Write(RunConfiguration configuration, OptionsRecord record) => (RunConfiguration)configuration.With(_property, record);

    /// <summary>The key that an option of the section's record has.</summary>
    public string KeyOf(string option) => _place?.Prefix is { } prefix ? $"{Name}.{prefix}_{option}" : $"{Name}.{option}";

    /// <summary>The keys of the section, those of every record that it may hold.</summary>
    public IEnumerable<ConfigurationKey> Keys()
    {
        if (Kind is not { } kind)
            return KeysOf(_property.PropertyType, null);
        var types = OptionTypes.Of(kind);
        return types.SelectMany(type => KeysOf(type, type)).Prepend(new ConfigurationKey(this, kind, types));
    }

    /// <summary>Whether the configuration has the record that the keys of <paramref name="owner"/> are about.</summary>
    public bool Holds(RunConfiguration configuration, Type? owner) =>
        (owner is null || Read(configuration).GetType() == owner)
            && (_place?.With is not { } with || All.Any(section => section.Name == Name && with.IsInstanceOfType(section.Read(configuration))));

    /// <summary>The kinds of records whose names the section's keys have.</summary>
    public IEnumerable<Type> Kinds() => Kind is { } kind ? [kind]
        : Sets().Select(set => set.PropertyType.GenericTypeArguments[0]).Concat(
            OptionKey.Of(_property.PropertyType).Select(option => option.Type).Where(type => type.IsSubclassOf(typeof(OptionsRecord))));

    private IEnumerable<PropertyInfo> Sets() =>
        _property.PropertyType.GetProperties().Where(property => typeof(IOptionsSet).IsAssignableFrom(property.PropertyType));

    private IEnumerable<ConfigurationKey> KeysOf(Type record, Type? owner)
    {
        // A record's own options, those of the records inside it and those of its sets, as they are declared.
        var own = OptionKey.Of(record).Where(option => option.IsConfigured)
            .Select(option => (option.Property, Key: new ConfigurationKey(KeyOf(option.Name), this, option, owner, whole => whole, (_, part) => part)));
        var inside =
            from property in record.GetProperties()
            where property is { CanWrite: true, PropertyType.IsAbstract: false } && property.PropertyType.IsSubclassOf(typeof(OptionsRecord))
            from option in OptionKey.Of(property.PropertyType)
            where option.IsConfigured
            select (property, Key: new ConfigurationKey(
                property.GetCustomAttribute<SectionAttribute>() is { } place ? $"{place.Name}.{option.Name}" : KeyOf(option.Name), this, option, owner,
                whole => (OptionsRecord)property.GetValue(whole)!, (whole, part) => whole.With(property, part)));
        var sets = owner is not null ? [] : Sets().SelectMany(KeysOfSet, (property, key) => (property, key));
        return own.Concat(inside).Concat(sets) // OrderBy keeps the order of equals
            .OrderBy(pair => Depth(pair.Item1.DeclaringType!)).ThenBy(pair => pair.Item1.MetadataToken).Select(pair => pair.Item2);
    }

    private IEnumerable<ConfigurationKey> KeysOfSet(PropertyInfo property)
    {
        var kind = property.PropertyType.GenericTypeArguments[0];
        return
            from type in OptionTypes.Of(kind)
            from option in OptionKey.Of(type)
            where option.IsConfigured
            select new ConfigurationKey(
                KeyOf(OptionsSet.NameOf(kind, type, option)), this, option, null, whole => ((IOptionsSet)property.GetValue(whole)!).Find(type),
                (whole, part) => whole.With(property, ((IOptionsSet)property.GetValue(whole)!).With(part)));
    }

    private static int Depth(Type type) => type.BaseType is { } above ? 1 + Depth(above) : 0;
}
