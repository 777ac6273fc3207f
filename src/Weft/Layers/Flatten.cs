namespace Weft;

/// <summary>
/// [N, C, H, W] → [N, C·H·W], features in the order channel, row, column as PyTorch has them. Only where a network ends in it
/// do the logits lie as the map does: row, column, channel.
/// </summary>
public sealed record Flatten : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head;

    internal override FeatureShape Infer(FeatureShape input, string path) => FeatureShape.Flat(input.Length);
}
