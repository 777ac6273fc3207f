namespace Weft;

/// <summary>A whole network as data: what goes in and the layers up to the logits.</summary>
public sealed record NetworkDescription(string Name, FeatureShape Input, Layer Body)
{
    /// <summary>Infers the shape of every layer without building anything.</summary>
    /// <returns>The shape of one sample's logits.</returns>
    /// <exception cref="NetworkException">The layers do not fit together; the message and <see cref="NetworkException.Layer"/> say which.</exception>
    public FeatureShape InferOutput() => NetworkGraph.Build(this).Output.Shape;

    /// <summary>
    /// Counts the weights of all convolutions and linear layers, without biases and norms. Builds nothing, so that a description can be
    /// held against a file of weights first.
    /// </summary>
    /// <exception cref="NetworkException">The layers do not fit together.</exception>
    public double CountWeights() =>
        NetworkGraph.Build(this).Tensors.Where(tensor => tensor.Kind == ParameterKind.Weight).Sum(tensor => (double)tensor.Length);
}
