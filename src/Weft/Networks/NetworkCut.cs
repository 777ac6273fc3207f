using System.Collections.Immutable;

namespace Weft;

/// <summary>
/// A description as two that compute the same one after the other: <see cref="Front"/> ends in a flat value, which it gives as its logits (pixel after pixel,
/// channels last), and <see cref="Back"/> takes that as its input. Their parameters keep the names they have in the whole.
/// </summary>
/// <param name="Value">The shape of one sample at the cut.</param>
public sealed record NetworkCut(NetworkDescription Front, NetworkDescription Back, FeatureShape Value)
{
    /// <summary>
    /// Before the fully connected layer that computes the logits: what comes in is the network's own description of an image. Null where there is no such
    /// layer.
    /// </summary>
    /// <exception cref="NetworkException">The description does not fit together.</exception>
    public static NetworkCut? BeforeLogits(NetworkDescription description)
    {
        if (Layers(description) is not [.. { IsEmpty: false }, Linear] layers)
            return null;
        // A flattened map goes with its flatten, which knows the order that the weights expect.
        var end = layers.Length - 1;
        var before = end;
        while (before > 1 && layers[before - 1].Traits.HasFlag(LayerTraits.Random))
            before--;
        return At(description, layers, before > 1 && layers[before - 1] is Flatten ? before - 1 : end);
    }

    /// <summary>
    /// After the last layer whose output still has places (height and width), before the pools that end the network: what a picture of where the network
    /// looked is drawn from. The back has no dropout, so that its training phase is its evaluation phase. Null where there is no such value, or where layers
    /// with statistics of their own come after it.
    /// </summary>
    /// <exception cref="NetworkException">The description does not fit together.</exception>
    public static NetworkCut? AfterLastFeatureMap(NetworkDescription description)
    {
        var layers = Layers(description);
        var end = layers.Length;
        while (end > 0 && ShapeAt(description, layers, end) is var shape
            && (shape.Pixels == 1 || (layers[end - 1].Traits & (LayerTraits.Pool | LayerTraits.Random)) != 0))
        {
            if (!layers[--end].Traits.HasFlag(LayerTraits.Head))
                return null;
        }

        if (end == 0 || end == layers.Length)
            return null;
        var cut = At(description, layers, end);
        var back = ((Sequential)cut.Back.Body).Layers.RemoveAll(layer => layer.Traits.HasFlag(LayerTraits.Random));
        return cut with { Back = cut.Back with { Body = new Sequential(back) } };
    }

    /// <summary>The layers one after the other, each with the name it has in its parameters' names.</summary>
    private static ImmutableArray<Layer> Layers(NetworkDescription description)
    {
        var layers = description.Body is Sequential { Name: null } body ? Named(body) : [];
        // torchvision's networks end in a row of layers that has a name of its own.
        while (layers is [.. var before, Sequential { Name: { Length: > 0 } name } last])
            layers = [.. before, .. Named(last).Select(layer => layer with { Name = $"{name}.{layer.Name}" })];
        return layers;
    }

    private static ImmutableArray<Layer> Named(Sequential sequential) =>
        [.. sequential.Layers.Select((layer, i) => layer with { Name = layer.Name ?? $"{i}" })];

    private static NetworkCut At(NetworkDescription description, ImmutableArray<Layer> layers, int end)
    {
        var shape = ShapeAt(description, layers, end);
        ImmutableArray<Layer> front = [.. layers[..end]];
        if (!shape.IsFlat)
            front = front.Add(new Flatten { Name = "cut" });
        return new NetworkCut(
            description with { Body = new Sequential(front) },
            new NetworkDescription(description.Name, shape, new Sequential([.. layers[end..]])),
            shape);
    }

    private static FeatureShape ShapeAt(NetworkDescription description, ImmutableArray<Layer> layers, int end)
    {
        var part = description with { Body = new Sequential([.. layers[..end], new Flatten { Name = "cut" }]) };
        return NetworkGraph.Build(part).Nodes[^1].Input.Shape;
    }
}
