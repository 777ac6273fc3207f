using System.Collections.Immutable;

namespace Weft.Training;

/// <summary>The layers that model files and checkpoints can name: all of the engine, and those that a program registers.</summary>
public static class LayerTypes
{
    private static readonly Lock Gate = new();

    /// <summary>In the order of their names; another array after each registration.</summary>
    internal static ImmutableArray<LayerKind> Kinds { get; private set; } =
    [
        .. typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract)
            .Select(type => new LayerKind(type)).OrderBy(kind => kind.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Lets files name a layer of the program's own, so that a model with it can be loaded. Training registers the layers of its network by itself; a program
    /// that loads a model calls this first. A second call for the same type changes nothing.
    /// </summary>
    /// <typeparam name="TLayer">A sealed record with one constructor, whose properties are whole numbers, numbers, truth values, sizes, layers or lists of
    /// layers.</typeparam>
    /// <exception cref="ArgumentException">The type cannot be written to a file, or another layer has its name.</exception>
    public static void Register<TLayer>() where TLayer : Layer => Register(typeof(TLayer));

    /// <summary>Registers every layer of a description that is not known yet.</summary>
    /// <exception cref="ArgumentException">As the other.</exception>
    internal static void RegisterAll(Layer? layer)
    {
        if (layer is null)
            return;
        var kind = Register(layer.GetType());
        foreach (var key in kind.Keys)
        {
            if (key.IsLayer)
                RegisterAll((Layer?)key.Property.GetValue(layer));
            else if (key.IsLayers && key.Property.GetValue(layer) is ImmutableArray<Layer> { IsDefault: false } layers)
                Array.ForEach([.. layers], RegisterAll);
        }
    }

    private static LayerKind Register(Type type)
    {
        lock (Gate)
        {
            if (Kinds.FirstOrDefault(known => known.Type == type) is { } registered)
                return registered;
            if (type.IsAbstract || type.GetConstructors().Length != 1)
                throw new ArgumentException($"{type.Name} cannot be written to a file; expected a record with one public constructor.");
            var kind = new LayerKind(type);
            if (kind.Keys.FirstOrDefault(key => !key.IsWritable) is { } wrong)
                throw new ArgumentException(
                    $"{type.Name} cannot be written to a file: {wrong.Property.Name} is a {wrong.Type.Name}; expected int, double, bool, Size2d, Padding2d, "
                        + "Layer or a list of layers.");
            if (Kinds.FirstOrDefault(known => known.Name == kind.Name) is { } other)
                throw new ArgumentException($"{type.FullName} would be named {kind.Name}, which is {other.Type.FullName} already.");
            Kinds = [.. Kinds.Append(kind).OrderBy(known => known.Name, StringComparer.Ordinal)];
            return kind;
        }
    }
}
