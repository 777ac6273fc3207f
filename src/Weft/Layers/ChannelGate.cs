namespace Weft;

/// <summary>
/// output[n, c, y, x] = input[n, c, y, x] · gate[n, c], the gate being what <paramref name="Body"/> makes of the input: squeeze-and-excitation with a body of
/// global average pool, two linear layers or 1×1 convolutions, and a sigmoid.
/// <para>Shapes: input [N, C, H, W], the body's output [N, C] → [N, C, H, W].</para>
/// </summary>
/// <remarks>Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018.</remarks>
public sealed record ChannelGate(Layer Body) : Layer
{
    internal override GraphValue AddTo(NetworkGraph graph, GraphValue input, string path)
    {
        var body = graph.Add(Body, input, path, "body");
        if (body == input)
            throw new NetworkException(this, path, "a body that does something", "none: it would multiply a value by itself");
        if (body.Shape != FeatureShape.Flat(input.Shape.Channels))
        {
            throw new NetworkException(
                this, path, $"a body that gives one factor for each of {input.Shape.Channels} channels", $"{body.Shape}", "Begin it with GlobalAveragePool");
        }

        return graph.AddNode(this, path, input.Shape, input, body);
    }
}
