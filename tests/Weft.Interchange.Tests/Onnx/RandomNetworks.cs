using System.Collections.Immutable;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

/// <summary>Networks of random layers with random weights, and random images for them.</summary>
internal sealed class RandomNetworks(int seed)
{
    private readonly Rng _numbers = Rng.For(seed, RngPurpose.Analysis);
    private int _drawn;

    /// <summary>A network whose values stay near 1.</summary>
    public static TrainedModel Model(int seed)
    {
        var networks = new RandomNetworks(seed);
        var input = new FeatureShape(networks.From(5, 14), networks.From(5, 14), networks.From(1, 4));
        var classes = networks.From(2, 9);
        var description = new NetworkDescription($"random{seed}", input, networks.Body(input, classes));
        return Model(description, seed);
    }

    /// <summary>A description with random weights and random preprocessing.</summary>
    public static TrainedModel Model(NetworkDescription description, int seed)
    {
        var networks = new RandomNetworks(seed + 1_000_000);
        var tensors = description.Nodes().SelectMany(node => node.Tensors).Select(networks.Weights).ToList();
        return Model(description, tensors, networks);
    }

    public static TrainedModel Model(NetworkDescription description, IReadOnlyList<NamedTensor> tensors, RandomNetworks? numbers = null)
    {
        numbers ??= new RandomNetworks(1);
        var (input, channels) = (description.Input, Enumerable.Range(0, description.Input.Channels));
        return new TrainedModel(
            new ModelMetadata
            {
                Description = description, DataFingerprint = "fingerprint", Configuration = new Dictionary<string, string>(),
                Preprocessing = new Preprocessing(input.Height, input.Width, input.Channels,
                    [.. channels.Select(_ => numbers.Uniform(0.2, 0.6))], [.. channels.Select(_ => numbers.Uniform(0.2, 0.4))]),
                Release = new ModelRelease { Source = "a run", SourceSha256 = "00" },
                Classes = [.. Enumerable.Range(0, description.InferOutput().Length).Select(i => $"it's \\class {i}")],
            },
            tensors);
    }

    public static ImageSamples Images(TrainedModel model, int count, int seed = 1)
    {
        var numbers = Rng.For(seed, RngPurpose.Analysis);
        var bytes = new byte[count * model.Shape.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)numbers.Uniform(i, 0, 256);
        return new ImageSamples(model.Shape, bytes, new int[count], "images");
    }

    private int From(int least, int most) => (int)Math.Min(most, Math.Floor(Uniform(least, most + 1)));

    private double Uniform(double least, double most) => _numbers.Uniform(_drawn++, least, most);

    private bool Coin => From(0, 1) == 1;

    private T One<T>(params T[] values) => values[From(0, values.Length - 1)];

    private NamedTensor Weights(LayerTensor tensor)
    {
        var values = new float[tensor.Length];
        var spread = Math.Sqrt(4.0 / Math.Max(1, tensor.Length / Math.Max(1, tensor.Shape[0])));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(tensor.Kind == ParameterKind.NormScale ? Uniform(0.5, 1.5)
                : tensor.Kind == ParameterKind.Weight ? Uniform(-spread, spread) : Uniform(-0.5, 0.5));
        }

        return new NamedTensor(tensor.Name, tensor.Shape, values);
    }

    private Layer Body(FeatureShape input, int classes)
    {
        var layers = new List<Layer>();
        var shape = input;
        for (var count = From(3, 8); layers.Count < count;)
        {
            if (Fitting(shape, depth: 0) is not { } layer)
                continue;
            layers.Add(layer);
            shape = After(layers, input);
        }

        layers.Add(One<Layer>(new Flatten(), new GlobalAveragePool(), new GlobalMaxPool()));
        if (Coin)
            layers.AddRange([new Linear(From(3, 12)) { Bias = Coin }, Elementwise()]);
        layers.Add(new Linear(classes) { Bias = Coin, Name = One("fc", "logits", "class", "image") });
        return new Sequential([.. layers]);
    }

    private static FeatureShape After(IEnumerable<Layer> layers, FeatureShape input) =>
        new NetworkDescription("", input, new Sequential([.. layers, new Flatten()])).Nodes()[^1].Input;

    // Null where the drawn layer does not fit.
    private Layer? Fitting(FeatureShape shape, int depth)
    {
        var layer = Draw(shape, depth);
        try
        {
            return After([layer], shape).Pixels >= (depth == 0 ? 2 : 1) ? layer : null;
        }
        catch (NetworkException)
        {
            return null;
        }
    }

    private Layer Draw(FeatureShape shape, int depth) => From(0, depth == 0 ? 13 : 8) switch
    {
        0 or 1 => Convolution(shape),
        2 => new BatchNorm2d { Epsilon = One(1e-5, 1e-3) },
        3 => One<Layer>(new GroupNorm(One(1, 2, 3, shape.Channels)), new LayerNorm2d(), new InstanceNorm2d { Affine = Coin, Epsilon = One(1e-5, 1e-2) }),
        4 or 5 => Elementwise(),
        6 => new MaxPool2d((From(1, 3), From(1, 3))) { Stride = (From(1, 3), From(1, 2)), Padding = Pads(1), CeilMode = Coin },
        7 => new AveragePool2d((From(1, 3), From(1, 3)))
        {
            Stride = (From(1, 3), From(1, 2)), Padding = Pads(1), CeilMode = Coin, CountIncludePad = Coin,
        },
        8 => One<Layer>(new Dropout(0.5), new SpatialDropout(0.5)),
        9 => new Residual(Kept(shape)) { Shortcut = Coin ? new Conv2d(shape.Channels, 1) { Bias = Coin } : null },
        10 or 11 => new Concat([.. Enumerable.Range(0, From(1, 3)).Select(i => i == 1 && Coin ? new Sequential() : Branch())]),
        12 => Gate(shape.Channels),
        _ => new Twice(Kept(shape)),
    };

    private Layer Elementwise() => One<Layer>(
        new ReLU(), new ReLU6(), new Sigmoid(), new HardSigmoid(), new HardSwish(), new LeakyReLU { Slope = One(0.01, 0.2) },
        new ELU { Alpha = One(1, 0.5) }, new GELU(), new SiLU(), new Mish());

    private Conv2d Convolution(FeatureShape shape)
    {
        var groups = One(1, 1, 2, shape.Channels);
        return new Conv2d(groups * From(1, 5), (From(1, 4), From(1, 3)))
        {
            Stride = (From(1, 2), From(1, 2)), Padding = Pads(2), Dilation = (From(1, 2), From(1, 2)), Groups = groups, Bias = Coin,
        };
    }

    private Padding2d Pads(int most) => new(From(0, most), From(0, most), From(0, most), From(0, most));

    private Sequential Kept(FeatureShape shape) => new(
        new Conv2d(shape.Channels, 3) { Padding = 1, Bias = Coin }, One<Layer>(new BatchNorm2d(), new LayerNorm2d()), Elementwise());

    private Sequential Branch()
    {
        var kernel = One(1, 3);
        return new Sequential(new Conv2d(From(1, 4), kernel) { Padding = kernel / 2 }, Elementwise());
    }

    private ChannelGate Gate(int channels) => new(Coin
        ? new Sequential(new GlobalAveragePool(), new Linear(3), new ReLU(), new Linear(channels), new Sigmoid())
        : new Sequential(new GlobalAveragePool(), new Conv2d(3, 1), new SiLU(), new Conv2d(channels, 1), new HardSigmoid()));
}

/// <summary>A layer, and its output added to itself by way of an activation.</summary>
internal sealed record Twice(Layer Body) : CompositeLayer
{
    protected override Layer Build(FeatureShape input) => new Sequential(Body, new Residual(new LeakyReLU()));
}
