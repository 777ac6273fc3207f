using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

/// <summary>Layers that the engine does not know; what they compute on each device is in the conformance suite, over <see cref="Shapes"/>.</summary>
public class OwnLayerTests
{
    [Fact]
    public void A_composite_layers_parameters_are_those_of_its_layers_under_its_name()
    {
        using var device = Device.Cpu(1);
        var description = new NetworkDescription("own", new FeatureShape(4, 4, 3), new Sequential(
            new PreActivated(3) { Name = "block" }, new GlobalAveragePool(), new Linear(2)));
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1 });
        Assert.Equal(
            ["block.body.0.weight", "block.body.0.bias", "block.body.0.running_mean", "block.body.0.running_var",
                "block.body.2.weight", "block.body.2.bias", "2.weight", "2.bias"],
            network.State.Select(tensor => tensor.Name));
    }

    [Fact]
    public void A_custom_layers_statistics_move_and_are_state()
    {
        using var device = Device.Cpu(1);
        var description = new NetworkDescription("own", FeatureShape.Flat(2), new Sequential(new Counter { Name = "counter" }, new Linear(2)));
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 3 });
        network.ForwardTraining(new float[6], 3, 0);
        network.ForwardTraining(new float[4], 2, 1);
        network.Forward(new float[6], 3);
        Assert.Equal([5f], network.State.Single(tensor => tensor.Name == "counter.seen").ToArray());
        Assert.DoesNotContain(network.Parameters, parameter => parameter.Name == "counter.seen");
    }

    [Fact]
    public void A_custom_layer_that_refuses_its_input_is_named()
    {
        var description = new NetworkDescription(
            "own", new FeatureShape(2, 2, 1), new Sequential(new Counter { Name = "counter" }, new Flatten(), new Linear(2)));
        var wrong = Assert.Throws<NetworkException>(() => description.InferOutput());
        Assert.Contains("Counter \"counter\"", wrong.Message);
        Assert.Contains("flat", wrong.Message);
    }

    private sealed record Counter : CustomLayer
    {
        protected internal override FeatureShape InferOutput(FeatureShape input) =>
            input.IsFlat ? input : throw new ArgumentException("it counts flat samples");

        protected internal override IEnumerable<LayerTensor> DescribeTensors(FeatureShape input) =>
            [new LayerTensor("seen", ParameterKind.NormShift, [1], Initialization.Fixed(0)) { IsTrainable = false }];

        protected internal override void Forward(in CustomForward pass)
        {
            if (pass.IsTraining)
                pass.Tensors(0)[0] += pass.Count;
            pass.Input.CopyTo(pass.Output);
        }

        protected internal override void Backward(in CustomBackward pass)
        {
            if (!pass.InputGradient.IsEmpty)
                pass.OutputGradient.CopyTo(pass.InputGradient);
        }
    }
}
