namespace Weft;

/// <summary>
/// output[n, c, y, x] = input[n, c, y, x] · gate[n, c], the gate being what <paramref name="Body"/> makes of the input: squeeze-and-excitation with a body of
/// global average pool, two linear layers or 1×1 convolutions, and a sigmoid.
/// <para>Shapes: input [N, C, H, W], the body's output [N, C] → [N, C, H, W].</para>
/// </summary>
/// <remarks>Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018.</remarks>
public sealed record ChannelGate(Layer Body) : Layer
{
    // The graph builder walks into this layer; it has no shape rule of its own.
    internal override FeatureShape Infer(FeatureShape input, string path) => throw new InvalidOperationException($"{path} is walked by the graph builder.");
}
