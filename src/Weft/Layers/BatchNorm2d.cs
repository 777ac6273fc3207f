namespace Weft;

/// <summary>
/// output = weight[c] · (input − mean[c]) / √(variance[c] + ε) + bias[c]. In training mean and (biased) variance are the batch's, over N, H and W,
/// and the running ones move by running ← (1 − momentum) · running + momentum · batch (the variance unbiased); in evaluation the running ones are used.
/// <para>Shapes: [N, C, H, W] → the same.</para>
/// </summary>
/// <remarks>Ioffe and Szegedy, "Batch normalization", ICML 2015.</remarks>
public sealed record BatchNorm2d : Layer
{
    /// <value>Default: 0.1.</value>
    public double Momentum { get; init; } = 0.1;

    /// <value>Default: 1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;

    internal override IEnumerable<LayerTensor> TensorsFor(FeatureShape input) =>
    [
        new("weight", ParameterKind.NormScale, [input.Channels], Initialization.Fixed(1)),
        new("bias", ParameterKind.NormShift, [input.Channels], Initialization.Fixed(0)),
        new("running_mean", ParameterKind.NormShift, [input.Channels], Initialization.Fixed(0)) { IsTrainable = false },
        new("running_var", ParameterKind.NormScale, [input.Channels], Initialization.Fixed(1)) { IsTrainable = false },
    ];

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(Momentum is >= 0 and <= 1 && Epsilon > 0, path, "a momentum in 0…1 and a positive epsilon", $"{this}");
        return input;
    }
}
