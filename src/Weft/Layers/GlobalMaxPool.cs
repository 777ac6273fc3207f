namespace Weft;

/// <summary>
/// The largest value over height and width; the gradient goes to the first largest one in reading order. <para>Shapes: [N, C, H, W] → [N, C].</para>
/// </summary>
public sealed record GlobalMaxPool : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head;

    internal override FeatureShape Infer(FeatureShape input, string path) => FeatureShape.Flat(input.Channels);
}
