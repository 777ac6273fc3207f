namespace Weft;

/// <summary>Adam and AdamW: they differ in where the decay goes.</summary>
internal sealed class Adam : MomentOptimizer<AdamRule>
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly bool _decoupled;

    public Adam(AdamOptions options, TrainedTensors trained)
        : base(options, trained, "exp_avg", "exp_avg_sq") =>
        (_beta1, _beta2, _epsilon, _decoupled) = (options.Beta1, options.Beta2, options.Epsilon, false);

    public Adam(AdamWOptions options, TrainedTensors trained)
        : base(options, trained, "exp_avg", "exp_avg_sq") =>
        (_beta1, _beta2, _epsilon, _decoupled) = (options.Beta1, options.Beta2, options.Epsilon, true);

    protected override AdamRule Rule(double learningRate, double decay, long step) => new(
        Rate: (float)(learningRate / (1 - Math.Pow(_beta1, step))),
        SecondScale: (float)(1 / Math.Sqrt(1 - Math.Pow(_beta2, step))),
        Decay: _decoupled ? 0 : (float)decay,
        Keep: _decoupled ? (float)(1 - learningRate * decay) : 1,
        Beta1: (float)_beta1,
        Beta2: (float)_beta2,
        NewFirst: (float)(1 - _beta1),
        NewSecond: (float)(1 - _beta2),
        Epsilon: (float)_epsilon);
}
