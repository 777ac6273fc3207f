using System.Runtime.Intrinsics;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>
/// Stochastic gradient descent with weight decay and Nesterov's momentum: g ← gradient + decay · w; m ← momentum · m + g; w ← w − rate · (g + momentum · m).
/// Eight operations and twenty bytes an element: a matter of memory alone. A run is two steps, of which the second meets a moment that is not zero.
/// </summary>
internal sealed unsafe class OptimizerLadder : Ladder
{
    private const int Steps = 2;
    private const float Rate = 0.05f;
    private const float Momentum = 0.9f;
    private const float Decay = 0.01f;

    // Elements of a part: four operands of 64 KB stay in a second-level cache from one pass to the next.
    private const int ChunkLength = 16 * 1024;

    private readonly int _length;
    private readonly Device _device;
    private readonly Network _network; // owns weights and gradients, so that the engine's optimizer takes its turn on the same memory
    private readonly SgdOptions _options = new() { Momentum = Momentum, Nesterov = true, WeightDecay = Decay };
    private readonly float* _weight;
    private readonly float* _gradient;
    private readonly float* _moment;
    private readonly float* _sum; // g, and then what the weight moves by
    private readonly float* _initial;
    private readonly Lazy<double[]> _expected;
    private Optimizer _engine;

    public OptimizerLadder(int[] shape, int threads)
        : base(threads)
    {
        _device = Device.Cpu(threads);
        var description = new NetworkDescription("linear", new FeatureShape(1, 1, shape[0]),
            new Sequential(new Flatten(), new Linear(shape[1]) { Bias = false }));
        _network = Network.Compile(description, _device, new CompileOptions { BatchSize = 1 });
        _engine = Optimizer.Create(_options, _network.Tensors);
        _length = Parameter.Value.Length;
        if (_length % Width256.Lanes != 0)
            throw new ArgumentException($"The optimizer ladder takes whole vectors of weights, not {_length}.");
        _weight = Allocate(_length);
        _gradient = Allocate(_length);
        _moment = Allocate(_length);
        _sum = Allocate(_length);
        _initial = Allocate(_length);
        Values.Fill(_initial, _length, 1, 1);
        Values.Fill(_gradient, _length, 2, 1);
        Parameter.Gradient.CopyFrom(new ReadOnlySpan<float>(_gradient, _length));
        _expected = new(Reference);
        Rungs =
        [
            new("a pass a term", "The definition in float: loops over the whole tensor, as a chain of tensor operations runs them.",
                () => TensorByTensor(Terms<Width32, float>())),
            new("vectors", "Eight elements at once; from here on it is memory that is waited for.", () => TensorByTensor(Terms<Width256, Vector256<float>>())),
            new("chunks", "16,384 elements go through all passes before the next: the later passes find them in the cache.",
                () => ChunkByChunk(Terms<Width256, Vector256<float>>())),
            new("one pass", "Each number is loaded once and stored once; g never leaves the registers.",
                () => ChunkByChunk([OnePass<Width256, Vector256<float>>])),
            new("engine", "One driver for all update rules; not faster, but moments too small to matter become zero before they turn denormal.", Engine),
        ];
    }

    public override string Title => $"SGD with Nesterov's momentum and weight decay, {_length:N0} weights, {Steps} steps";

    public override string Unit => "GB";

    // Weight, gradient and moment are read, weight and moment are written.
    public override double Work => 5.0 * Steps * _length * sizeof(float) / 1e9;

    public override double Bound => 2e-7;

    public override IReadOnlyList<Rung> Rungs { get; }

    public override void Reset()
    {
        VectorKernels.Copy(_initial, _weight, _length);
        new Span<float>(_moment, _length).Clear();
        _engine.Dispose();
        _engine = Optimizer.Create(_options, _network.Tensors);
        _engine.LearningRate = Rate;
        Parameter.Value.CopyFrom(new ReadOnlySpan<float>(_initial, _length));
    }

    public override double Error() =>
        Values.RelativeL2(_expected.Value.Zip(_engine.StepCount > 0 ? Parameter.Value.ToArray() : new Span<float>(_weight, _length).ToArray()));

    private Parameter Parameter => _network.Parameters.Single();

    protected override void Close()
    {
        _engine.Dispose();
        _network.Dispose();
        _device.Dispose();
    }

    /// <summary>The definition.</summary>
    private double[] Reference()
    {
        var weights = new double[_length];
        for (var i = 0; i < _length; i++)
        {
            double w = _initial[i], m = 0;
            for (var step = 0; step < Steps; step++)
            {
                var g = _gradient[i] + Decay * w;
                m = Momentum * m + g;
                w -= Rate * (g + Momentum * m);
            }

            weights[i] = w;
        }

        return weights;
    }

    private void TensorByTensor(Part[] passes)
    {
        for (var step = 0; step < Steps; step++)
        {
            foreach (var pass in passes)
                ForParts(_length, ChunkLength, pass);
        }
    }

    private void ChunkByChunk(Part[] passes)
    {
        for (var step = 0; step < Steps; step++)
        {
            ForParts(_length, ChunkLength, (first, end, worker) =>
            {
                foreach (var pass in passes)
                    pass(first, end, worker);
            });
        }
    }

    private Part[] Terms<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct => [AddDecay<TW, TV>, MoveMoment<TW, TV>, LookAhead<TW, TV>, MoveWeight<TW, TV>];

    // g = gradient + decay · w
    private void AddDecay<TW, TV>(int first, int end, int worker)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        for (var i = first; i < end; i += TW.Lanes)
            TW.Store(_sum + i, TW.MultiplyAdd(TW.Broadcast(Decay), TW.Load(_weight + i), TW.Load(_gradient + i)));
    }

    // m = momentum · m + g
    private void MoveMoment<TW, TV>(int first, int end, int worker)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        for (var i = first; i < end; i += TW.Lanes)
            TW.Store(_moment + i, TW.MultiplyAdd(TW.Broadcast(Momentum), TW.Load(_moment + i), TW.Load(_sum + i)));
    }

    // g = g + momentum · m
    private void LookAhead<TW, TV>(int first, int end, int worker)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        for (var i = first; i < end; i += TW.Lanes)
            TW.Store(_sum + i, TW.MultiplyAdd(TW.Broadcast(Momentum), TW.Load(_moment + i), TW.Load(_sum + i)));
    }

    // w = w − rate · g
    private void MoveWeight<TW, TV>(int first, int end, int worker)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        for (var i = first; i < end; i += TW.Lanes)
            TW.Store(_weight + i, TW.MultiplyAdd(TW.Broadcast(-Rate), TW.Load(_sum + i), TW.Load(_weight + i)));
    }

    private void OnePass<TW, TV>(int first, int end, int worker)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV momentum = TW.Broadcast(Momentum), decay = TW.Broadcast(Decay), rate = TW.Broadcast(-Rate);
        for (var i = first; i < end; i += TW.Lanes)
        {
            var w = TW.Load(_weight + i);
            var g = TW.MultiplyAdd(decay, w, TW.Load(_gradient + i));
            var m = TW.MultiplyAdd(momentum, TW.Load(_moment + i), g);
            TW.Store(_moment + i, m);
            TW.Store(_weight + i, TW.MultiplyAdd(rate, TW.MultiplyAdd(momentum, m, g), w));
        }
    }

    private void Engine()
    {
        for (var step = 0; step < Steps; step++)
            _engine.Step();
    }
}
