using Weft;

namespace Custom;

/// <summary>
/// Two convolutions with a way around them: a layer made of layers. It has no weights of its own; theirs are called block.body.0.weight and so on.
/// </summary>
public sealed record ResidualBlock(int Channels) : CompositeLayer
{
    protected override Layer Build(FeatureShape input) => new Sequential(
        new Residual(new Sequential(
            new Conv2d(Channels, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU(),
            new Conv2d(Channels, 3) { Padding = 1, Bias = false }, new BatchNorm2d()))
        {
            Name = "",
            Shortcut = input.Channels == Channels ? null : new Conv2d(Channels, 1),
        },
        new ReLU());
}
