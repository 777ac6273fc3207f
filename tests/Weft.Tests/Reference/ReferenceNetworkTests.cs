namespace Weft.Tests.Reference;

/// <summary>The truth is checked first: its gradients against central differences in double.</summary>
public class ReferenceNetworkTests
{
    // Central differences err by h² · f'''/6 and by ε · |f| / h. At h = 1e-5 that is about 1e-10 and 1e-11 of losses around 1: 1e-6 of the gradient leaves room
    // for curvature, and is a thousand times below any mistake in a formula.
    private const double Step = 1e-5;
    private const double Tolerance = 1e-6;

    // Without the one shape that is only there for its size: its layer has smaller shapes beside it.
    public static TheoryData<string> Names => [.. Shapes.All.Where(shape => shape.Input.Pixels <= 121).Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_gradients_match_central_differences(string name)
    {
        var shape = Shapes.All.Single(shape => shape.Name == name);
        var reference = new ReferenceNetwork(shape.Description);
        var input = shape.Images(2);
        var direction = Sample(reference.ForwardTraining(input).Length, 77);
        var dInput = reference.Backward(direction);
        var gradients = reference.Tensors.Gradients.ToDictionary();

        Check("input", input.Data, dInput);
        foreach (var (tensor, gradient) in gradients)
            Check(tensor, reference.Tensors.Values[tensor], gradient);

        double Loss() => reference.ForwardTraining(input).Zip(direction, (x, d) => x * d).Sum();

        void Check(string what, double[] values, double[] gradient)
        {
            var scale = Math.Sqrt(gradient.Average(g => g * g)) + 1e-3;
            for (var i = 0; i < values.Length; i += 1 + values.Length / 8)
            {
                var before = values[i];
                values[i] = before + Step;
                var above = Loss();
                values[i] = before - Step;
                var below = Loss();
                values[i] = before;
                var difference = Math.Abs((above - below) / (2 * Step) - gradient[i]);
                Assert.True(difference <= Tolerance * scale, $"{what}[{i}]: {gradient[i]} but differences give {(above - below) / (2 * Step)}");
            }
        }
    }

    private static double[] Sample(int length, long seed)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        return [.. Enumerable.Range(0, length).Select(i => rng.Normal(i))];
    }
}
