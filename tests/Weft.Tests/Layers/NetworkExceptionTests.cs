namespace Weft.Tests;

public class NetworkExceptionTests
{
    [Fact]
    public void A_layer_that_does_not_fit_says_what_where_expected_and_received()
    {
        var linear = new Linear(3) { Name = "fc" };
        var wrong = Refused(new Sequential(new Sequential(linear) { Name = "head" }));
        Assert.Equal(
            ("Linear \"head.fc\"", "head.fc", "a flat input", "4x4x2", "Put Flatten or GlobalAveragePool before it"),
            (wrong.Subject, wrong.Path, wrong.Expected, wrong.Received, wrong.Advice));
        Assert.Same(linear, wrong.Layer);
        Assert.Equal("Linear \"head.fc\" expects a flat input, but received 4x4x2. Put Flatten or GlobalAveragePool before it.", wrong.Message);
    }

    [Fact]
    public void A_network_that_does_not_fit_names_no_layer()
    {
        var wrong = Refused(new Sequential(new ReLU()));
        Assert.Equal(
            ("Network \"net\"", null, null, "flat logits at its end", "4x4x2", "End it with Linear, or with GlobalAveragePool"),
            (wrong.Subject, wrong.Layer, wrong.Path, wrong.Expected, wrong.Received, wrong.Advice));
    }

    [Fact]
    public void Two_layers_of_one_path_are_refused_with_what_to_do()
    {
        var wrong = Refused(new Sequential(new ReLU { Name = "a" }, new ReLU { Name = "a" }, new GlobalAveragePool()));
        Assert.Equal("ReLU \"a\" expects a path of its own, but received that of another layer. Give one of them another name.", wrong.Message);
    }

    private static NetworkException Refused(Layer body) =>
        Assert.Throws<NetworkException>(() => new NetworkDescription("net", new FeatureShape(4, 4, 2), body).InferOutput());
}
