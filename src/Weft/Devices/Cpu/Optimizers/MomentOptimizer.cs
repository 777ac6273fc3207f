using System.Collections.Immutable;
using System.Numerics;

namespace Weft.Devices.Cpu;

/// <summary>An optimizer that updates every element by itself from its gradient and up to two moments, in one pass over memory.</summary>
internal abstract unsafe class MomentOptimizer<TRule> : Optimizer, IGradientTaker where TRule : struct, IUpdateRule
{
    private readonly OptimizerOptions _options;
    private readonly Parameter[] _parameters;
    private readonly Action? _changed;
    private readonly Action<IGradientTaker?>? _backward;
    private readonly ElementChunks _chunks;
    private readonly ElementChunks _kept; // of the parameters whose gradients nobody takes
    private readonly GradientNorm _norm;
    private readonly NativeBuffer[] _first;
    private readonly NativeBuffer[] _second;
    private Work _work;
    private long _stepCount;

    protected MomentOptimizer(OptimizerOptions options, TrainedTensors trained, string firstName, string secondName)
    {
        _options = options;
        _changed = trained.Changed;
        _backward = trained.Backward;
        _parameters = [.. trained.Parameters];
        _chunks = new ElementChunks(_parameters.Select(parameter => parameter.Length), trained.Team);
        _kept = new ElementChunks(_parameters.Select(parameter => parameter.IsHandedOver ? 0 : parameter.Length), trained.Team);
        _norm = new GradientNorm(_parameters, _chunks);
        _first = TRule.UsesFirst ? Allocate() : [];
        _second = TRule.UsesSecond ? Allocate() : [];
        State = [.. StateOver(_first, firstName), .. StateOver(_second, secondName)];
    }

    public sealed override long StepCount => _stepCount;

    public sealed override IReadOnlyList<StateTensor> State { get; }

    public sealed override bool NeedsSecondPass => false;

    public sealed override Optimizer InOnePass => this;

    public sealed override void Perturb() =>
        throw new InvalidOperationException("Only an optimizer with NeedsSecondPass moves the weights before its step.");

    /// <summary>The rule of the step that is the <paramref name="step"/>-th, counted from 1.</summary>
    protected abstract TRule Rule(double learningRate, double decay, long step);

    public sealed override void Step(double learningRate)
    {
        var scale = 1f;
        if (_options.ClipNorm is { } longest)
            scale = (float)Math.Min(1, longest / (_norm.Compute() + 1e-6));
        _chunks.Run(NextWork(learningRate, scale));
        End();
    }

    public sealed override void BackwardAndStep(double learningRate)
    {
        if (_options.ClipNorm is not null || _backward is null)
        {
            _backward?.Invoke(null);
            Step(learningRate);
            return;
        }

        _work = NextWork(learningRate, scale: 1);
        _backward(this);
        _kept.Run(_work);
        End();
    }

    public void Take(int parameter, int start, int length, float* gradient) => _work.Update(parameter, start, length, gradient);

    private Work NextWork(double learningRate, float scale)
    {
        var step = StepCount + 1;
        return new Work(this, Rule(learningRate, _options.WeightDecay, step), Rule(learningRate, _options.DecayNormsAndBiases ? _options.WeightDecay : 0, step), scale);
    }

    private void End()
    {
        _stepCount++;
        _changed?.Invoke();
    }

    public sealed override void RestoreStepCount(long stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        _stepCount = stepCount;
    }

    public sealed override void Dispose()
    {
        foreach (var buffer in _first)
            buffer.Dispose();
        foreach (var buffer in _second)
            buffer.Dispose();
    }

    private NativeBuffer[] Allocate() => [.. _parameters.Select(parameter => new NativeBuffer(parameter.Length))];

    private ImmutableArray<StateTensor> StateOver(NativeBuffer[] buffers, string name) =>
        [.. buffers.Select((buffer, i) => _parameters[i].StateOver($"{name}.{_parameters[i].Name}", buffer))];

    private readonly struct Work(MomentOptimizer<TRule> optimizer, TRule weightRule, TRule otherRule, float scale) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) => Update(tensor, start, length, optimizer._parameters[tensor].UnsafeGradient + start);

        public void Update(int tensor, int start, int length, float* gradient)
        {
            var parameter = optimizer._parameters[tensor];
            UpdateElements(parameter.Kind == ParameterKind.Weight ? weightRule : otherRule, scale,
                parameter.UnsafeValue + start,
                gradient,
                TRule.UsesFirst ? optimizer._first[tensor].Pointer + start : null,
                TRule.UsesSecond ? optimizer._second[tensor].Pointer + start : null,
                length);
        }
    }

    private static void UpdateElements(TRule rule, float scale, float* weight, float* gradient, float* first, float* second, int length)
    {
        var lanes = Vector<float>.Count;
        var i = 0;
        for (; i + lanes <= length; i += lanes)
            UpdateLanes(rule, scale, weight + i, gradient + i, first + i, second + i);
        if (i == length)
            return;

        // The rest of a tensor (fewer elements than lanes) goes through the same arithmetic on copies, lanes beyond it being zeros.
        var rest = length - i;
        var copies = stackalloc float[4 * lanes];
        new Span<float>(copies, 4 * lanes).Clear();
        Copy(weight + i, copies, rest);
        Copy(gradient + i, copies + lanes, rest);
        if (TRule.UsesFirst)
            Copy(first + i, copies + 2 * lanes, rest);
        if (TRule.UsesSecond)
            Copy(second + i, copies + 3 * lanes, rest);
        UpdateLanes(rule, scale, copies, copies + lanes, copies + 2 * lanes, copies + 3 * lanes);
        Copy(copies, weight + i, rest);
        if (TRule.UsesFirst)
            Copy(copies + 2 * lanes, first + i, rest);
        if (TRule.UsesSecond)
            Copy(copies + 3 * lanes, second + i, rest);
    }

    private static void UpdateLanes(TRule rule, float scale, float* weight, float* gradient, float* first, float* second)
    {
        var w = Vector.Load(weight);
        var m = TRule.UsesFirst ? Vector.Load(first) : default;
        var v = TRule.UsesSecond ? Vector.Load(second) : default;
        rule.Update(ref w, scale * Vector.Load(gradient), ref m, ref v);
        w.Store(weight);
        if (TRule.UsesFirst)
            m.Store(first);
        if (TRule.UsesSecond)
            v.Store(second);
    }

    private static void Copy(float* source, float* destination, int length) =>
        new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(destination, length));
}
