namespace Weft;

/// <summary>A whole network as data: what goes in and the layers up to the logits.</summary>
public sealed record NetworkDescription(string Name, FeatureShape Input, Layer Body)
{
    /// <summary>Infers the shape of every layer without building anything.</summary>
    /// <returns>The shape of one sample's logits.</returns>
    /// <exception cref="NetworkException">The layers do not fit together; the message and <see cref="NetworkException.Layer"/> say which.</exception>
    public FeatureShape InferOutput() => NetworkGraph.Build(this).Output.Shape;
}
