using System.Collections.Immutable;

namespace Weft.Interchange;

/// <summary>Makes batch norms part of the layer before them, in double: w · γ / √(σ² + ε) and (b − μ) · γ / √(σ² + ε) + β.</summary>
internal static class NormFolding
{
    /// <summary>The same network with the norms left out that nothing but the layer before them feeds.</summary>
    /// <param name="weights">Gets the folded weights under the names of that layer.</param>
    public static ImmutableArray<NetworkNode> Fold(ImmutableArray<NetworkNode> nodes, Dictionary<string, NamedTensor> weights)
    {
        var readers = nodes.SelectMany(node => node.Inputs).CountBy(input => input).ToDictionary();
        var folded = nodes.ToArray();
        for (var i = 0; i < folded.Length; i++)
        {
            if (folded[i] is not { Layer: BatchNorm2d norm, Inputs: [>= 0 and var before] } || readers[before] != 1
                || folded[before].Layer is not (Conv2d or Linear))
                continue;
            folded[before] = Folded(folded[before], folded[i], norm, weights);
            folded[i] = folded[i] with { Layer = new Dropout(0), Tensors = [] }; // does nothing
        }

        return [.. folded];
    }

    private static NetworkNode Folded(NetworkNode layer, NetworkNode normNode, BatchNorm2d norm, Dictionary<string, NamedTensor> weights)
    {
        var weight = weights[layer.Tensors[0].Name];
        var bias = layer.Tensors.Length > 1 ? layer.Tensors[1] : new LayerTensor(layer.Path + ".bias", ParameterKind.Bias, [weight.Shape[0]], default);
        var (gamma, beta, mean, variance) = (Values(0), Values(1), Values(2), Values(3));
        var (values, shifts, inputs) = (weight.Values.ToArray(), new float[weight.Shape[0]], weight.Values.Length / weight.Shape[0]);
        for (var channel = 0; channel < shifts.Length; channel++)
        {
            var scale = gamma[channel] / Math.Sqrt(variance[channel] + norm.Epsilon);
            for (var i = channel * inputs; i < (channel + 1) * inputs; i++)
                values[i] = (float)(values[i] * scale);
            var own = layer.Tensors.Length > 1 ? weights[bias.Name].Values[channel] : 0.0;
            shifts[channel] = (float)((own - mean[channel]) * scale + beta[channel]);
        }

        weights[weight.Name] = new NamedTensor(weight.Name, weight.Shape, values);
        weights[bias.Name] = new NamedTensor(bias.Name, [shifts.Length], shifts);
        return layer with { Tensors = [layer.Tensors[0], bias] };

        double[] Values(int tensor) => [.. weights[normNode.Tensors[tensor].Name].Values.ToArray().Select(value => (double)value)];
    }
}
