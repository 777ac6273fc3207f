namespace Weft;

/// <summary>output = body(input) + shortcut(input); without <see cref="Shortcut"/> the input itself is added.</summary>
public sealed record Residual(Layer Body) : Layer
{
    /// <value>Default: none (identity).</value>
    public Layer? Shortcut { get; init; }

    // The graph builder walks into this layer; it has no shape rule of its own.
    internal override FeatureShape Infer(FeatureShape input, string path) => throw new InvalidOperationException($"{path} is walked by the graph builder.");
}
