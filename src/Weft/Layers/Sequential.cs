using System.Collections.Immutable;

namespace Weft;

/// <summary>Layers one after the other.</summary>
public sealed record Sequential(params ImmutableArray<Layer> Layers) : Layer
{
    // The graph builder walks into this layer; it has no shape rule of its own.
    internal override FeatureShape Infer(FeatureShape input, string path) => throw new InvalidOperationException($"{path} is walked by the graph builder.");
}
