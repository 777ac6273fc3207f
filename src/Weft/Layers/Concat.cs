using System.Collections.Immutable;

namespace Weft;

/// <summary>Branches over the same input, concatenated along the channels in the order given. All branches end at the same height and width.</summary>
public sealed record Concat(params ImmutableArray<Layer> Branches) : Layer
{
    // The graph builder walks into this layer; it has no shape rule of its own.
    internal override FeatureShape Infer(FeatureShape input, string path) => throw new InvalidOperationException($"{path} is walked by the graph builder.");
}
