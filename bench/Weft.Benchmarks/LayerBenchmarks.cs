// One layer at a time, with BenchmarkDotNet: dotnet run eng/dev.cs bench kernels [--filter '*Conv2d*'].
// A network is the layer and a classifier as small as one can be, so the row is the layer's; the lab's ladders say why it is as fast as it is.
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Weft;

BenchmarkSwitcher.FromAssembly(typeof(LayerBenchmarks).Assembly).Run(args);

[MemoryDiagnoser]
public class LayerBenchmarks
{
    private const int BatchSize = 32;
    private static readonly FeatureShape Input = new(28, 28, 64);

    private static readonly Dictionary<string, Layer> Layers = new()
    {
        ["Conv2d 64→64, 3×3"] = new Conv2d(64, 3) { Padding = 1 },
        ["Conv2d 64→64, 1×1"] = new Conv2d(64, 1),
        ["BatchNorm2d"] = new BatchNorm2d(),
        ["ReLU"] = new ReLU(),
        ["MaxPool2d 2×2"] = new MaxPool2d(2),
    };

    private readonly float[] _images = new float[BatchSize * Input.Length];
    private readonly Device _device = Device.Cpu(threads: 1);
    private Network? _network;
    private Optimizer? _optimizer;
    private long _step;

    public static IEnumerable<string> Names => Layers.Keys;

    [ParamsSource(nameof(Names))]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void Compile()
    {
        for (var i = 0; i < _images.Length; i++)
            _images[i] = i % 17 / 8f - 1;
        var description = new NetworkDescription("layer", Input, new Sequential(Layers[Layer], new GlobalAveragePool(), new Linear(2)));
        _network = Network.Compile(description, _device, new CompileOptions { BatchSize = BatchSize, Seed = 1 });
        _optimizer = Optimizer.Create(new SgdOptions { LearningRate = 1e-3 }, _network.Tensors);
    }

    [Benchmark]
    public void Forward() => _network!.Forward(_images, BatchSize);

    [Benchmark]
    public void Step()
    {
        _network!.ForwardTraining(_images, BatchSize, _step++);
        _network.Backward(_optimizer);
        _optimizer!.Step();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _optimizer!.Dispose();
        _network!.Dispose();
        _device.Dispose();
    }
}
