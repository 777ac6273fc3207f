using System.Text.Json;

namespace Weft.Training.Tests;

public class LayerTypesTests
{
    [Fact]
    public void A_description_with_layers_of_a_program_comes_back_from_json_and_from_a_model_file()
    {
        var description = new NetworkDescription("own", new FeatureShape(4, 4, 2), new Sequential(
            new Doubled(new Conv2d(3, 1)) { Name = "twice", Factor = 1.5 }, new GlobalAveragePool(), new Linear(2)));
        LayerTypes.RegisterAll(description.Body);
        LayerTypes.Register<Doubled>(); // again: nothing happens
        var json = NetworkDescriptionJson.Write(description);
        Assert.Contains("\"layer\":\"Doubled\"", json);
        var read = NetworkDescriptionJson.Read(json);
        Assert.Equal(json, NetworkDescriptionJson.Write(read));
        Assert.Equal(description.InferOutput(), read.InferOutput());
        Assert.Equal(1.5, ((Doubled)((Sequential)read.Body).Layers[0]).Factor);
        Assert.Contains("doubled:", ModelFileWriter.Write(description));
    }

    [Fact]
    public void A_layer_that_nobody_registered_is_named_with_what_to_do()
    {
        var error = Assert.Throws<WeftException>(() => NetworkDescriptionJson.Read(
            """{"name":"own","input":{"height":4,"width":4,"channels":2},"body":{"layer":"Sequential","layers":[{"layer":"Strange"}]}}"""));
        Assert.Equal(ErrorKind.NoValidCheckpoint, error.Kind);
        Assert.Contains("Strange", error.Message);
        Assert.Equal(new Advice("call LayerTypes.Register<Strange>() before the model is loaded"), error.Next);
        Assert.Throws<JsonException>(() => NetworkDescriptionJson.Read("null"));
    }

    [Fact]
    public void What_no_file_can_hold_is_refused_when_it_is_registered()
    {
        Assert.Contains("Pattern is a String", Assert.Throws<ArgumentException>(LayerTypes.Register<WithText>).Message);
        Assert.Contains("conv2d", Assert.Throws<ArgumentException>(LayerTypes.Register<Shadow.Conv2d>).Message);
        Assert.Contains("one public constructor", Assert.Throws<ArgumentException>(LayerTypes.Register<Unfinished>).Message);
    }

    private sealed record Doubled(Layer Body) : CompositeLayer
    {
        public double Factor { get; init; } = 2;

        protected override Layer Build(FeatureShape input) => new Concat(Body, Body with { Name = "again" });
    }

    private sealed record WithText(string Pattern) : CompositeLayer
    {
        protected override Layer Build(FeatureShape input) => new ReLU();
    }

    private abstract record Unfinished : CompositeLayer;

    private static class Shadow
    {
        internal sealed record Conv2d(int OutputChannels) : CompositeLayer
        {
            protected override Layer Build(FeatureShape input) => new Weft.Conv2d(OutputChannels, 1);
        }
    }
}
