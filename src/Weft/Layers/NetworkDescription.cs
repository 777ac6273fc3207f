using System.Collections.Immutable;

namespace Weft;

/// <summary>A layer that computes, at its place in a network: for those who write networks in another form.</summary>
/// <param name="Inputs">The numbers of the nodes that it takes the outputs of; −1 stands for the network's input.</param>
/// <param name="Input">The shape of the first of them.</param>
/// <param name="Tensors">Under their names in the whole network.</param>
public sealed record NetworkNode(
    Layer Layer, string Path, ImmutableArray<int> Inputs, FeatureShape Input, FeatureShape Output, ImmutableArray<LayerTensor> Tensors);

/// <summary>A whole network as data: what goes in and the layers up to the logits.</summary>
public sealed record NetworkDescription(string Name, FeatureShape Input, Layer Body)
{
    /// <summary>Infers the shape of every layer without building anything.</summary>
    /// <returns>The shape of one sample's logits.</returns>
    /// <exception cref="NetworkException">The layers do not fit together; the message and <see cref="NetworkException.Layer"/> say which.</exception>
    public FeatureShape InferOutput() => NetworkGraph.Build(this).Output.Shape;

    /// <summary>
    /// The layers that compute, each after those it takes something from; the last one gives the logits. Layers that are made of others stand there as those,
    /// and a sum, a concatenation or a gate comes after its branches.
    /// </summary>
    /// <exception cref="NetworkException">The layers do not fit together.</exception>
    public ImmutableArray<NetworkNode> Nodes()
    {
        var nodes = NetworkGraph.Build(this).Nodes;
        var numbers = nodes.Index().ToDictionary(node => node.Item, node => node.Index);
        return
        [
            .. nodes.Select(node => new NetworkNode(node.Layer, node.Path,
                [.. node.Inputs.Select(input => input.Producer is { } producer ? numbers[producer] : -1)], node.Input.Shape, node.Output.Shape, node.Tensors)),
        ];
    }

    /// <summary>
    /// Counts the weights of all convolutions and linear layers, without biases and norms. Builds nothing, so that a description can be
    /// held against a file of weights first.
    /// </summary>
    /// <exception cref="NetworkException">The layers do not fit together.</exception>
    public double CountWeights() =>
        NetworkGraph.Build(this).Tensors.Where(tensor => tensor.Kind == ParameterKind.Weight).Sum(tensor => (double)tensor.Length);
}
