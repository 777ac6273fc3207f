using System.Collections.Immutable;
using System.Numerics;

namespace Weft;

/// <summary>An optimizer that updates every element by itself from its gradient and up to two moments, in one pass over memory.</summary>
internal abstract unsafe class MomentOptimizer<TRule> : Optimizer where TRule : struct, IUpdateRule
{
    private readonly OptimizerOptions _options;
    private readonly Parameter[] _parameters;
    private readonly Action? _changed;
    private readonly ElementChunks _chunks;
    private readonly GradientNorm _norm;
    private readonly NativeBuffer[] _first;
    private readonly NativeBuffer[] _second;

    protected MomentOptimizer(OptimizerOptions options, TrainedTensors trained, string firstName, string secondName)
    {
        _options = options;
        _changed = trained.Changed;
        _parameters = [.. trained.Parameters];
        _chunks = new ElementChunks(_parameters.Select(parameter => parameter.Length), trained.Team);
        _norm = new GradientNorm(_parameters, _chunks);
        _first = TRule.UsesFirst ? Allocate() : [];
        _second = TRule.UsesSecond ? Allocate() : [];
        State = [.. StateOver(_first, firstName), .. StateOver(_second, secondName)];
    }

    public sealed override IReadOnlyList<StateTensor> State { get; }

    public sealed override bool NeedsSecondPass => false;

    public sealed override void Perturb() =>
        throw new InvalidOperationException("Only an optimizer with NeedsSecondPass moves the weights before its step.");

    /// <summary>The rule of the step that is the <paramref name="step"/>-th, counted from 1.</summary>
    protected abstract TRule Rule(double learningRate, double decay, long step);

    public sealed override void Step(double learningRate)
    {
        StepCount++;
        var scale = 1f;
        if (_options.ClipNorm is { } longest)
            scale = (float)Math.Min(1, longest / (_norm.Compute() + 1e-6));
        var work = new Work(this, Rule(learningRate, _options.WeightDecay, StepCount),
            Rule(learningRate, _options.DecayNormsAndBiases ? _options.WeightDecay : 0, StepCount), scale);
        _chunks.Run(work);
        _changed?.Invoke();
    }

    public sealed override void RestoreStepCount(long stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        StepCount = stepCount;
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
        public void Run(int chunk, int tensor, int start, int length)
        {
            var parameter = optimizer._parameters[tensor];
            UpdateElements(parameter.Kind == ParameterKind.Weight ? weightRule : otherRule, scale,
                parameter.UnsafeValue + start,
                parameter.UnsafeGradient + start,
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
