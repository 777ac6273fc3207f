using System.Collections.Immutable;

namespace Weft;

/// <summary>Layers one after the other.</summary>
public sealed record Sequential(params ImmutableArray<Layer> Layers) : Layer
{
    internal override GraphValue AddTo(NetworkGraph graph, GraphValue input, string path)
    {
        if (Layers.IsDefault)
            throw new NetworkException(this, path, "a layer", "none");
        for (var i = 0; i < Layers.Length; i++)
            input = graph.Add(Layers[i], input, path, $"{i}");
        return input;
    }
}
