using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>A network's description as JSON, so that a checkpoint can be used without the program that made it knowing its model by name.</summary>
internal static class NetworkDescriptionJson
{
    // A closed list: a file can only name the layers the engine has.
    private static readonly Type[] Layers = [.. typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract).OrderBy(type => type.Name, StringComparer.Ordinal)];

    // What version 0.1 did not know is left out where it says what 0.1 meant: its readers then read what they can, and texts of both can be compared.
    private static readonly Dictionary<string, object> LeftOut = new()
    {
        ["dilation"] = (Size2d)1, ["groups"] = 1, ["ceil_mode"] = false, ["count_include_pad"] = true,
    };

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        MaxDepth = 160, // four levels for each of the layers that the engine allows within each other, and some
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new WindowConverter<Size2d>(), new WindowConverter<Padding2d>() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameLayers } },
    };

    public static string Write(NetworkDescription description) => JsonSerializer.Serialize(description, Options);

    /// <exception cref="JsonException">The text describes no network.</exception>
    public static NetworkDescription Read(string json) => JsonSerializer.Deserialize<NetworkDescription>(json, Options) ?? throw new JsonException("null is no network.");

    private static void NameLayers(JsonTypeInfo type)
    {
        if (type.Type != typeof(Layer))
        {
            foreach (var property in type.Properties.Where(property => property.Set is null && !IsConstructorArgument(type.Type, property.Name)).ToList())
                type.Properties.Remove(property);
            foreach (var property in type.Properties.Where(property => LeftOut.ContainsKey(property.Name) && !IsConstructorArgument(type.Type, property.Name)))
                property.ShouldSerialize = (_, value) => !LeftOut[property.Name].Equals(value);
            return;
        }

        type.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = "layer" };
        foreach (var layer in Layers)
            type.PolymorphismOptions.DerivedTypes.Add(new(layer, layer.Name));
    }

    // Computed properties (FeatureShape.Pixels) are left out: they cannot be read back.
    private static bool IsConstructorArgument(Type type, string property) =>
        type.GetConstructors().Any(constructor => constructor.GetParameters().Any(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!) == property));
}
