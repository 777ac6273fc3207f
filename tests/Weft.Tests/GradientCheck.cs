using Weft.Kernels;
using Weft.Tests.Reference;

namespace Weft.Tests;

/// <summary>One line per layer: the engine's logits, gradients and running statistics against the reference in double.</summary>
internal static class GradientCheck
{
    // Floats round to 6e-8; sums over some hundred products, transforms of Winograd and differences in norms multiply that by 5 to 50 (measured: up to 4e-6).
    // The smallest mistake in a formula is a thousand times larger.
    public const double Tolerance = 1e-5;

    /// <param name="layer">Put between a 1×1 convolution, whose gradients are 7 random projections of each channel's input gradient, and a linear
    /// layer.</param>
    /// <param name="input">What <paramref name="layer"/> gets.</param>
    /// <param name="batch">Samples.</param>
    public static void Of(Layer layer, FeatureShape input, int batch = 2) =>
        Of(Shapes.Of($"{layer}", input.Height, input.Width, input.Channels, batch, layer), batch);

    /// <param name="shape">What is checked.</param>
    /// <param name="batchSize">Samples that the network is compiled for, at least the shape's.</param>
    /// <param name="strict">See <see cref="CompileOptions.Strict"/>.</param>
    /// <param name="lanes">Vector width; null for the widest.</param>
    public static void Of(Shape shape, int batchSize, bool strict = false, int? lanes = null)
    {
        using var device = lanes is { } width ? new CpuDevice(2, VectorKernels.For(width)) : new CpuDevice(2);
        Of(shape, device, new CompileOptions { BatchSize = batchSize, Strict = strict });
    }

    public static void Of(Shape shape, Device device, CompileOptions options)
    {
        var batchSize = options.BatchSize;
        using var network = Network.Compile(shape.Description, device, options);
        var reference = new ReferenceNetwork(shape.Description, frozen: options.FrozenNormStatistics);
        reference.Forward(shape.Images(1)); // makes the weights up
        reference.Tensors.CopyTo(network);

        // A pass over a full batch of other images first: nothing of it may be left over in a partial batch.
        var other = shape with { Batch = batchSize };
        network.Forward(other.FloatImages(3), batchSize);
        Close.Require("evaluation of the first images", Tolerance, reference.Forward(other.Images(3)), network.Logits);

        for (var step = 0; step < 2; step++)
        {
            network.ForwardTraining(shape.FloatImages(step), shape.Batch, 0);
            var logits = reference.ForwardTraining(shape.Images(step));
            Close.Require($"logits of step {step}", Tolerance, logits, network.Logits);

            var direction = Hashed.Values((uint)step, "direction", logits.Length, 0, 1);
            direction.CopyTo(network.LogitsGradient);
            network.Backward();
            reference.Backward([.. direction.Select(d => (double)d)]);
            RequireGradients(network, reference.Tensors.Gradients);
        }

        network.Forward(shape.FloatImages(2), shape.Batch);
        Close.Require("evaluation after the running statistics moved", Tolerance, reference.Forward(shape.Images(2)), network.Logits);
        foreach (var tensor in network.State)
            Close.Require(tensor.Name, Tolerance, reference.Tensors.Values[tensor.Name], tensor.ToArray());
    }

    private static void RequireGradients(Network network, Dictionary<string, double[]> expected)
    {
        Assert.Equal(expected.Keys.Order(), network.Parameters.Select(parameter => parameter.Name).Order());
        foreach (var parameter in network.Parameters)
        {
            var truth = expected[parameter.Name];
            var gradient = parameter.Gradient.ToArray();
            // A norm behind a bias or a shift takes every constant away: the true gradient is 0, or small where padding keeps a little, and the computed one
            // the rounding of
            // a sum of large terms that cancel. The weights' gradient has the size of those terms.
            var scale = parameter.Kind is ParameterKind.Bias or ParameterKind.NormShift ? Norm(expected[parameter.Name.Replace("bias", "weight")]) : 0;
            Close.Require($"gradient of {parameter.Name}", Tolerance, truth, gradient, scale);
        }
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
}
