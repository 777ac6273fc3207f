using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>A network's description as JSON, so that a checkpoint can be used without the program that made it knowing its model by name.</summary>
internal static class NetworkDescriptionJson
{
    private const string Discriminator = "layer";

    // What version 0.1 did not know is left out where it says what 0.1 meant: its readers then read what they can, and texts of both can be compared.
    private static readonly Dictionary<string, object> LeftOut = new()
    {
        ["dilation"] = (Size2d)1, ["groups"] = 1, ["ceil_mode"] = false, ["count_include_pad"] = true,
    };

    private static OptionsOfLayers _current = new([], Create());

    // A closed list: a file can only name the layers of the engine, and those that the program has registered.
    private static JsonSerializerOptions Options
    {
        get
        {
            if (_current.Kinds != LayerTypes.Kinds)
                _current = new OptionsOfLayers(LayerTypes.Kinds, Create());
            return _current.Options;
        }
    }

    private static JsonSerializerOptions Create() => new()
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
    /// <exception cref="WeftException">It names a layer that this program does not know.</exception>
    public static NetworkDescription Read(string json)
    {
        var options = Options;
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = options.MaxDepth, AllowDuplicateProperties = false });
        RequireKnown(document.RootElement);
        return document.Deserialize<NetworkDescription>(options) ?? throw new JsonException("null is no network.");
    }

    private static void RequireKnown(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                RequireKnown(item);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.TryGetProperty(Discriminator, out var layer) && layer.ValueKind == JsonValueKind.String
                && LayerTypes.Kinds.All(kind => kind.Type.Name != layer.GetString()))
            {
                throw new WeftException(ErrorKind.NoValidCheckpoint, $"the model has a layer {layer.GetString()} that this program does not know")
                {
                    Expected = "a layer of the engine, or one that the program has registered", Safe = "the file is intact",
                    Next = new Advice($"call LayerTypes.Register<{layer.GetString()}>() before the model is loaded"),
                };
            }

            foreach (var property in element.EnumerateObject())
                RequireKnown(property.Value);
        }
    }

    private static void NameLayers(JsonTypeInfo type)
    {
        if (type.Type != typeof(Layer))
        {
            foreach (var property in type.Properties.Where(property => property.Set is null && !IsConstructorArgument(type.Type, property.Name)).ToList())
                type.Properties.Remove(property);
            var known = type.Type.Assembly == typeof(Layer).Assembly;
            foreach (var property in type.Properties.Where(
                property => known && LeftOut.ContainsKey(property.Name) && !IsConstructorArgument(type.Type, property.Name)))
                property.ShouldSerialize = (_, value) => !LeftOut[property.Name].Equals(value);
            return;
        }

        type.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = Discriminator };
        foreach (var kind in LayerTypes.Kinds)
            type.PolymorphismOptions.DerivedTypes.Add(new(kind.Type, kind.Type.Name));
    }

    // Computed properties (FeatureShape.Pixels) are left out: they cannot be read back.
    private static bool IsConstructorArgument(Type type, string property) =>
        type.GetConstructors().Any(constructor => constructor.GetParameters().Any(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!) == property));

    private sealed record OptionsOfLayers(ImmutableArray<LayerKind> Kinds, JsonSerializerOptions Options);
}
