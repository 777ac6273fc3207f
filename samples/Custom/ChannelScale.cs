using Weft;

namespace Custom;

/// <summary>output[n, c, y, x] = weight[c] · input[n, c, y, x]: a layer that computes by itself, with a weight that is trained.</summary>
public sealed record ChannelScale : CustomLayer
{
    protected override FeatureShape InferOutput(FeatureShape input) => input;

    protected override IEnumerable<LayerTensor> DescribeTensors(FeatureShape input) =>
        [new LayerTensor("weight", ParameterKind.NormScale, [input.Channels], Initialization.Fixed(1))];

    protected override void Forward(in CustomForward pass)
    {
        var weight = pass.Tensors(0);
        for (var i = 0; i < pass.Input.Length; i++)
            pass.Output[i] = weight[i % weight.Length] * pass.Input[i];
    }

    protected override void Backward(in CustomBackward pass)
    {
        var weight = pass.Tensors(0);
        var gradient = pass.Gradients(0);
        for (var i = 0; i < pass.Input.Length; i++)
            gradient[i % weight.Length] += pass.OutputGradient[i] * pass.Input[i];
        for (var i = 0; i < pass.InputGradient.Length; i++)
            pass.InputGradient[i] = weight[i % weight.Length] * pass.OutputGradient[i];
    }
}
