using System.Collections.Immutable;

namespace Weft;

/// <summary>Branches over the same input, concatenated along the channels in the order given. All branches end at the same height and width.</summary>
public sealed record Concat(params ImmutableArray<Layer> Branches) : Layer
{
    internal override GraphValue AddTo(NetworkGraph graph, GraphValue input, string path)
    {
        if (Branches.IsDefaultOrEmpty)
            throw new NetworkException(this, path, "at least one branch", "none");
        var outputs = Branches.Select((branch, i) => graph.Add(branch, input, path, $"{i}")).ToArray();
        var first = outputs[0].Shape;
        foreach (var output in outputs)
        {
            if (output.Shape.Height != first.Height || output.Shape.Width != first.Width)
            {
                throw new NetworkException(
                    this, path, "branches of one height and width", string.Join(", ", outputs.Select(branch => branch.Shape)),
                    "Check their paddings and strides");
            }
        }

        return graph.AddNode(this, path, first with { Channels = outputs.Sum(output => output.Shape.Channels) }, outputs);
    }
}
