using System.Collections.Immutable;
using System.Reflection;

namespace Weft.Training;

/// <summary>A type of layers as model files write it; everything follows from the layer's own type, so a new one needs nothing here.</summary>
internal sealed class LayerKind
{
    private readonly ConstructorInfo _constructor;

    public LayerKind(Type type)
    {
        Type = type;
        Name = OptionNames.Of(type.Name);
        _constructor = type.GetConstructors().Single();
        var arguments = _constructor.GetParameters().Select(parameter => parameter.Name!).ToList();
        Required = [.. arguments.Select(argument => new LayerKey(type.GetProperty(argument)!))];
        Optional =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is { IsPublic: true } && !arguments.Contains(property.Name))
                .OrderBy(property => property.Name != nameof(Layer.Name)).ThenBy(property => property.MetadataToken)
                .Select(property => new LayerKey(property)),
        ];
    }

    public Type Type { get; }

    public string Name { get; }

    /// <summary>Constructor arguments, in order.</summary>
    public IReadOnlyList<LayerKey> Required { get; }

    public IReadOnlyList<LayerKey> Optional { get; }

    public IEnumerable<LayerKey> Keys => Required.Concat(Optional);

    /// <param name="values">By key; all required ones are there.</param>
    public Layer Create(IReadOnlyDictionary<LayerKey, object> values)
    {
        var layer = (Layer)_constructor.Invoke([.. Required.Select(key => values[key])]);
        foreach (var key in Optional.Where(values.ContainsKey))
            key.Property.SetValue(layer, values[key]);
        return layer;
    }

    /// <summary>The optional keys that differ from what <see cref="Create"/> gives without them, with their values.</summary>
    public IEnumerable<(LayerKey Key, object Value)> Changed(Layer layer)
    {
        var plain = Create(Required.ToDictionary(key => key, key => key.Property.GetValue(layer)!));
        return Optional
            .Select(key => (Key: key, Value: key.Property.GetValue(layer), Default: key.Property.GetValue(plain)))
            .Where(pair => pair.Value is not null && !pair.Value.Equals(pair.Default))
            .Select(pair => (pair.Key, pair.Value!));
    }
}

/// <summary>One value of a layer.</summary>
internal sealed class LayerKey(PropertyInfo property)
{
    public PropertyInfo Property { get; } = property;

    public Type Type => Property.PropertyType;

    public string Name { get; } = OptionNames.Of(property.Name);

    public bool IsLayer => Type == typeof(Layer);

    public bool IsLayers => Type == typeof(ImmutableArray<Layer>);

    /// <summary>Whether <see cref="WindowNumbers"/> write it.</summary>
    public bool IsWindow => WindowNumbers.Fits(Type);

    /// <summary>Whether a file can hold it.</summary>
    public bool IsWritable => IsLayer || IsLayers || IsWindow || Type == typeof(int) || Type == typeof(double) || Type == typeof(bool) || Name == "name";

    /// <summary>Whether it may be as many as the data have classes.</summary>
    public bool MayBeClasses => Type == typeof(int) && Name.StartsWith("output_", StringComparison.Ordinal);
}
