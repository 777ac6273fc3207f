namespace Weft.Tests.Reference;

internal static partial class Shapes
{
    private static IEnumerable<Shape> Own =>
    [
        Of("composite", 5, 4, 6, 2, new PreActivated(6)),
        Of("composite in a branch", 4, 4, 3, 2, new Concat(new PreActivated(3), new Conv2d(2, 1))),
        Of("custom", 5, 4, 6, 3, new Affine()),
        Of("custom before a convolution", 5, 5, 4, 2, new Affine(), new Conv2d(5, 3) { Padding = 1 }),
        Of("custom after a convolution, in a branch", 4, 4, 3, 2, new Conv2d(4, 3) { Padding = 1 }, new Concat(new Affine(), new Sequential())),
        Of("custom, in a residual", 4, 3, 5, 2, new Residual(new Affine())),
        Of("custom after a flattened map", 3, 2, 5, 2, new Flatten(), new Affine(), new Linear(4)),
    ];
}

/// <summary>Norm, ReLU, convolution, with a way around them.</summary>
internal sealed record PreActivated(int Channels) : CompositeLayer
{
    protected internal override Layer Build(FeatureShape input) =>
        new Residual(new Sequential(new BatchNorm2d(), new ReLU(), new Conv2d(Channels, 3) { Padding = 1 }));
}

/// <summary>output[…, c] = weight[c] · input[…, c] + bias[c].</summary>
internal sealed record Affine : CustomLayer
{
    protected internal override FeatureShape InferOutput(FeatureShape input) => input;

    protected internal override IEnumerable<LayerTensor> DescribeTensors(FeatureShape input) =>
    [
        new("weight", ParameterKind.NormScale, [input.Channels], Initialization.Fixed(1)),
        new("bias", ParameterKind.NormShift, [input.Channels], Initialization.Fixed(0)),
    ];

    protected internal override void Forward(in CustomForward pass)
    {
        Span<float> weight = pass.Tensors(0), bias = pass.Tensors(1);
        for (var i = 0; i < pass.Input.Length; i++)
            pass.Output[i] = weight[i % weight.Length] * pass.Input[i] + bias[i % bias.Length];
    }

    protected internal override void Backward(in CustomBackward pass)
    {
        Span<float> weight = pass.Tensors(0), dWeight = pass.Gradients(0), dBias = pass.Gradients(1);
        for (var i = 0; i < pass.Input.Length; i++)
        {
            dWeight[i % weight.Length] += pass.OutputGradient[i] * pass.Input[i];
            dBias[i % weight.Length] += pass.OutputGradient[i];
        }

        for (var i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = weight[i % weight.Length] * pass.OutputGradient[i];
    }
}
