namespace Weft;

/// <summary>The mean over height and width. <para>Shapes: [N, C, H, W] → [N, C].</para></summary>
public sealed record GlobalAveragePool : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head;

    internal override FeatureShape Infer(FeatureShape input, string path) => FeatureShape.Flat(input.Channels);
}
