using Weft.Tests.Fixtures;
using Weft.Tests.Models;
using Weft.Tests.Optimizers;
using Weft.Tests.Reference;

namespace Weft.Tests.Devices;

public class CpuConformanceTests() : DeviceConformanceTests(() => Device.Cpu(2));

public class ReferenceConformanceTests() : DeviceConformanceTests(() => new ReferenceDevice());

/// <summary>What every device must do. A new device is one class more, next to those above.</summary>
public abstract class DeviceConformanceTests(Func<Device> create)
{
    // Floats through a few layers against the definition in double, as in GradientCheck.
    private const double Tolerance = GradientCheck.Tolerance;

    // A network of several layers, trained over some steps: rounding errors grow from step to step.
    private const double TrainingTolerance = 2e-4;

    // The large one is there for a path of the CPU's convolutions alone.
    public static TheoryData<string> Layers => [.. Shapes.All.Where(shape => shape.Input.Pixels <= 121).Select(shape => shape.Name)];

    public static TheoryData<string> Norms => [.. Layers.Select(row => row.Data).Where(name => name.Contains("norm") || name.Contains("residual"))];

    public static TheoryData<string> Optimizers => OptimizerTests.Names;

    [Theory]
    [MemberData(nameof(Layers))]
    public void Passes_of_every_layer_match_the_definition(string name)
    {
        using var device = create();
        var shape = Shapes.All.Single(shape => shape.Name == name);
        GradientCheck.Of(shape, device, new CompileOptions { BatchSize = shape.Batch + 1 });
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void With_frozen_statistics_of_norms_passes_match_the_definition_and_the_statistics_stay(string name)
    {
        using var device = create();
        var shape = Shapes.All.Single(shape => shape.Name == name);
        GradientCheck.Of(shape, device, new CompileOptions { BatchSize = shape.Batch + 1, FrozenNormStatistics = true });
    }

    [Fact]
    public void The_gradient_of_the_images_matches_the_definition()
    {
        using var device = create();
        var shape = Shapes.Of("image", 6, 5, 10, 3, new BatchNorm2d(), new ReLU(), new MaxPool2d(2), new Residual(new Conv2d(10, 3) { Padding = 1 }));
        using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = 4, InputGradient = true });
        var reference = new ReferenceNetwork(shape.Description);
        reference.Forward(shape.Images(1));
        reference.Tensors.CopyTo(network);
        network.ForwardTraining(shape.FloatImages(1), 3, 0);
        var logits = reference.ForwardTraining(shape.Images(1));
        var direction = Hashed.Values(1, "direction", logits.Length, 0, 1);
        direction.CopyTo(network.LogitsGradient);
        network.Backward();
        var expected = new ReferenceMap(3, 7, 6, 5) { Data = reference.Backward([.. direction.Select(value => (double)value)]) }.ToNhwc();
        Close.Require("input", Tolerance, [.. expected.Select(value => (double)value)], network.InputGradient);
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_optimizer_is_PyTorchs(string name)
    {
        using var device = create();
        var fixture = new Fixture("optimizers.safetensors");
        var (options, rate) = OptimizerTests.Configurations[name];
        var length = fixture.Metadata<int>("length");
        using var network = Vector(device, length);
        var weight = network.Parameters[0];
        weight.Value.CopyFrom(Hashed.Values(1, "weight", length, 0, 1));
        using var optimizer = Optimizer.Create(options, network.Tensors);
        for (var step = 0; step < fixture.Metadata<int>("steps"); step++)
        {
            weight.Gradient.CopyFrom(Hashed.Values(1, $"gradient {step}", length, 0.1, 1));
            optimizer.Step(rate);
        }

        Close.Require("weight", 1e-6, fixture.Tensor($"{name}.weight"), weight.Value.ToArray());
        Assert.All(optimizer.State, moment => Assert.EndsWith($".{weight.Name}", moment.Name));
    }

    [Fact]
    public void A_gradient_that_goes_to_the_optimizer_gives_the_bits_of_one_that_is_kept()
    {
        using var device = create();
        Assert.Equal(Train(device, new AdamWOptions(), within: false), Train(device, new AdamWOptions(), within: true));
        Assert.Equal(Train(device, new SamOptions(new SgdOptions()), within: false), Train(device, new SamOptions(new SgdOptions()), within: true));
    }

    [Fact]
    public void Sam_climbs_by_rho_and_comes_back_to_the_bit()
    {
        using var device = create();
        using var network = Vector(device, 33);
        var weight = network.Parameters[0];
        float[] start = weight.Value.ToArray(), gradient = Hashed.Values(1, "g", 33, 0, 1);
        using var sam = Optimizer.Create(new SamOptions(new SgdOptions { Nesterov = false }) { Rho = 0.5 }, network.Tensors);
        weight.Gradient.CopyFrom(gradient);
        sam.Perturb();
        var norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
        Close.Require("perturbed", 1e-6, [.. start.Zip(gradient, (w, g) => w + 0.5 * g / norm)], weight.Value.ToArray());
        weight.Gradient.CopyFrom(new float[33]);
        sam.Step(0.1);
        Assert.Equal(start, weight.Value.ToArray());
    }

    [Fact]
    public void An_average_is_the_equations_and_swaps_to_the_bit()
    {
        using var device = create();
        using var network = Vector(device, 21);
        var weight = network.Parameters[0].Value;
        float[] first = Hashed.Values(1, "a", 21, 0, 1), second = Hashed.Values(1, "b", 21, 0, 1);
        using var average = new WeightAverage(network.Tensors, 0.5);
        weight.CopyFrom(first);
        average.Update();
        weight.CopyFrom(second);
        average.Update();
        var mean = average.State[0].ToArray();
        Close.Require("average", 1e-6, [.. first.Zip(second, (a, b) => (a + 2.0 * b) / 3)], mean);
        average.Swap();
        Assert.Equal(mean, weight.ToArray());
        average.Swap();
        Assert.Equal(second, weight.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dropout_draws_the_masks_of_seed_layer_step_and_element(bool channels)
    {
        using var device = create();
        using var definition = new ReferenceDevice();
        Assert.Equal(Mask(definition), Mask(device));

        float[] Mask(Device on)
        {
            Layer drop = channels ? new SpatialDropout(0.3) : new Dropout(0.3);
            var description = new NetworkDescription("mask", new FeatureShape(5, 3, 7), new Sequential(new Dropout(0.1), drop, new Flatten()));
            using var network = Network.Compile(description, on, new CompileOptions { BatchSize = 9, Seed = 12 });
            network.ForwardTraining([.. Enumerable.Repeat(1f, 8 * 105)], 8, 1234);
            var masks = Rounded(network.Logits);
            network.ForwardTraining([.. Enumerable.Repeat(1f, 5 * 105)], 5, 1234, firstSample: 3); // a part of the batch draws what it drew in the whole
            Assert.Equal(masks[(3 * 105)..], Rounded(network.Logits));
            return masks;
        }

        static float[] Rounded(ReadOnlySpan<float> values) => [.. values.ToArray().Select(value => MathF.Round(value, 5))];
    }

    [Fact]
    public void Small_trains_as_by_the_definition()
    {
        using var device = create();
        using var definition = new ReferenceDevice();
        var (losses, expected) = (Losses(device), Losses(definition));
        for (var step = 0; step < expected.Count; step++)
            Assert.True(Math.Abs(losses[step] / expected[step] - 1) < TrainingTolerance, $"step {step}: {losses[step]}, by the definition {expected[step]}");
        Assert.True(losses[^1] < losses[0], $"the loss did not fall: {string.Join(", ", losses)}");

        static List<double> Losses(Device on)
        {
            var losses = new List<double>();
            using var network = Small(on);
            using var optimizer = Optimizer.Create(new SgdOptions { WeightDecay = 5e-4 }, network.Tensors);
            for (var step = 0; step < 6; step++)
                losses.Add(Step(network, optimizer, step, within: true));
            return losses;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkpoint_goes_on_with_the_same_bits(bool average)
    {
        using var device = create();
        using var first = Small(device);
        using var optimizer = Optimizer.Create(new AdamOptions(), first.Tensors);
        using var means = average ? new WeightAverage(first.Tensors, 0.9) : null;
        for (var step = 0; step < 2; step++)
        {
            Step(first, optimizer, step, within: true);
            means?.Update();
        }

        using var second = Network.Compile(first.Description, device, first.Options with { DrawWeights = false });
        using var resumed = Optimizer.Create(new AdamOptions(), second.Tensors);
        using var resumedMeans = average ? new WeightAverage(second.Tensors, 0.9) : null;
        Copy(first.State, second.State);
        Copy(optimizer.State, resumed.State);
        resumed.RestoreStepCount(optimizer.StepCount);
        if (means is not null && resumedMeans is not null)
        {
            Copy(means.State, resumedMeans.State);
            resumedMeans.RestoreUpdateCount(means.UpdateCount);
        }

        for (var step = 2; step < 4; step++)
        {
            Step(first, optimizer, step, within: true);
            Step(second, resumed, step, within: true);
            means?.Update();
            resumedMeans?.Update();
        }

        Assert.Equal(Values(first.State.Concat(optimizer.State).Concat(means?.State ?? [])),
            Values(second.State.Concat(resumed.State).Concat(resumedMeans?.State ?? [])));

        static void Copy(IReadOnlyList<DeviceTensor> from, IReadOnlyList<DeviceTensor> to)
        {
            foreach (var (source, target) in from.Zip(to))
                target.CopyFrom(source.ToArray());
        }
    }

    [Fact]
    public void Weights_start_as_on_every_device()
    {
        using var device = create();
        using var cpu = Device.Cpu(1);
        using Network here = Small(device), there = Small(cpu);
        Assert.Equal(Values(there.State), Values(here.State));
        using var empty = Network.Compile(here.Description, device, here.Options with { DrawWeights = false });
        Assert.All(Values(empty.State), value => Assert.Equal(0, value));
    }

    [Fact]
    public void New_weights_count_from_the_next_pass_on()
    {
        using var device = create();
        using var network = Small(device);
        var images = HashedModel.Batch(1, 0, 4).Images;
        network.Forward(images, 4);
        var before = network.Logits.ToArray();
        var weights = network.State[0].ToArray();
        network.State[0].CopyFrom([.. weights.Select(value => 2 * value)]);
        network.Forward(images, 4);
        Assert.NotEqual(before, network.Logits.ToArray());
        network.State[0].CopyFrom(weights);
        network.Forward(images, 4);
        Assert.Equal(before, network.Logits.ToArray());
    }

    [Fact]
    public void What_is_not_finite_is_found()
    {
        using var device = create();
        using var network = Small(device);
        network.Forward(HashedModel.Batch(1, 0, 4).Images, 4);
        Assert.Null(network.FindNonFinite());
        Assert.True(network.State[4].IsFinite);
        var values = network.State[4].ToArray();
        values[0] = float.PositiveInfinity;
        network.State[4].CopyFrom(values);
        Assert.Equal($"weights {network.State[4].Name}", network.FindNonFinite());
        Assert.False(network.State[4].IsFinite);
    }

    [Fact]
    public void The_measure_is_what_a_network_takes()
    {
        using var device = create();
        using var network = Small(device);
        var measured = Network.MeasureMemory(network.Description, device, network.Options);
        Assert.Equal(network.MemoryBytes, measured.Bytes);
        Assert.True(measured.ParameterBytes >= network.ParameterCount * sizeof(float));
        Assert.True(measured.StateBytes >= measured.ParameterBytes);
    }

    [Fact]
    public void A_matrix_product_is_one()
    {
        using var device = create();
        using var product = new MatrixProduct(device, items: 5, dimension: 7, mostQueries: 4);
        float[] items = Hashed.Values(1, "items", 35, 0, 1), queries = Hashed.Values(1, "queries", 21, 0, 1);
        product.Load(items);
        double[] expected = [.. from q in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 5) select Enumerable.Range(0, 7)
            .Sum(d => (double)queries[q * 7 + d] * items[i * 7 + d])];
        Close.Require("products", 1e-6, expected, product.Multiply(queries));
    }

    private static float[] Train(Device device, OptimizerOptions options, bool within)
    {
        using var network = Small(device);
        using var optimizer = Optimizer.Create(options, network.Tensors);
        for (var step = 0; step < 2; step++)
            Step(network, optimizer, step, within);
        Assert.Equal(2, optimizer.StepCount);
        return Values(network.State.Concat(optimizer.State));
    }

    private static double Step(Network network, Optimizer optimizer, int step, bool within)
    {
        var (images, labels) = HashedModel.Batch(1, step % 2, 6);
        var loss = Forward();
        if (optimizer.NeedsSecondPass)
        {
            network.Backward();
            optimizer.Perturb();
            Forward();
        }

        optimizer.LearningRate = 0.02;
        network.Backward(within ? optimizer : null);
        optimizer.Step();
        return loss;

        double Forward()
        {
            network.ForwardTraining(images, 6, step);
            return SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0, network.LogitsGradient).MeanLoss;
        }
    }

    private static Network Small(Device device) => Network.Compile(
        ModelCatalog.Describe("small", new ModelOptions { Width = 0.125 }), device, new CompileOptions { BatchSize = 6, Seed = 5 });

    private static Network Vector(Device device, int length) => Network.Compile(
        new NetworkDescription("vector", FeatureShape.Flat(length), new Linear(1) { Bias = false, Name = "fc" }), device, new CompileOptions { BatchSize = 1 });

    private static float[] Values(IEnumerable<DeviceTensor> tensors) => [.. tensors.SelectMany(tensor => tensor.ToArray())];
}
