namespace Weft;

/// <summary>An optimizer that updates every element by itself from its gradient and up to two moments: what it does is its rule.</summary>
public sealed class ElementwiseOptimizer<TRule> : Optimizer
    where TRule : struct, IUpdateRule
{
    private readonly OptimizerOptions _options;
    private readonly DeviceTensors _tensors;
    private readonly Func<double, double, long, TRule> _rule;
    private readonly TensorSet? _first;
    private readonly TensorSet? _second;
    private readonly ElementwiseUpdate<TRule> _update;
    private readonly (double Factor, bool Decays)[] _groups;
    private readonly TRule[] _rules;
    private bool _taken;
    private long _stepCount;

    /// <param name="options">Its decay and its clipping are applied here.</param>
    /// <param name="tensors">Those of the network that is trained.</param>
    /// <param name="rule">The rule of a step, from its learning rate, its weight decay (of norms and biases 0, unless they decay too) and its number from 1
    /// on.</param>
    /// <param name="first">Name of the first moment in checkpoints ("momentum"), where the rule has one.</param>
    /// <param name="second">Name of the second moment in checkpoints, where the rule has one.</param>
    public ElementwiseOptimizer(OptimizerOptions options, DeviceTensors tensors, Func<double, double, long, TRule> rule, string first = "", string second = "")
        : base(options.LearningRate)
    {
        _options = options;
        _tensors = tensors;
        _rule = rule;
        _first = TRule.UsesFirst ? tensors.AllocateForParameters(first) : null;
        _second = TRule.UsesSecond ? tensors.AllocateForParameters(second) : null;
        // Parameters with one learning rate and one decay follow one rule.
        var own = tensors.Parameters.Select(one => (one.LearningRateFactor, one.Kind == ParameterKind.Weight || options.DecayNormsAndBiases)).ToArray();
        _groups = [.. own.Distinct()];
        _rules = new TRule[_groups.Length];
        _update = tensors.CreateUpdate<TRule>(_first, _second, [.. own.Select(group => Array.IndexOf(_groups, group))]);
        State = [.. _first?.Tensors ?? [], .. _second?.Tensors ?? []];
    }

    public override long StepCount => _stepCount;

    public override IReadOnlyList<DeviceTensor> State { get; }

    public override bool NeedsSecondPass => false;

    public override Optimizer SinglePass => this;

    public override void Perturb() =>
        throw new InvalidOperationException("Only an optimizer with NeedsSecondPass moves the weights before its step.");

    public override void Step()
    {
        if (!_taken)
            Prepare(_options.ClipNorm is { } longest ? (float)Math.Min(1, longest / (_tensors.GradientNorm() + 1e-6)) : 1);
        _update.Apply(exceptTaken: _taken);
        _taken = false;
        _stepCount++;
    }

    public override void RestoreStepCount(long stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        _stepCount = stepCount;
    }

    public override void Dispose()
    {
        _first?.Dispose();
        _second?.Dispose();
    }

    internal override IGradientSink? BeginBackward()
    {
        if (_taken)
            throw new InvalidOperationException("The gradients of the last backward pass went to this optimizer: Step comes next.");
        if (_options.ClipNorm is not null || _update.Sink is not { } sink)
            return null;
        Prepare(scale: 1);
        _taken = true;
        return sink;
    }

    private void Prepare(float scale)
    {
        for (var i = 0; i < _rules.Length; i++)
            _rules[i] = _rule(LearningRate * _groups[i].Factor, _groups[i].Decays ? _options.WeightDecay : 0, _stepCount + 1);
        _update.Prepare(_rules, scale);
    }
}
