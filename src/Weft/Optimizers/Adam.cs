using Weft.Devices.Cpu;

namespace Weft;

/// <summary>Adam and AdamW: they differ in where the decay goes.</summary>
internal sealed class Adam(AdaptiveMomentOptions options, TrainedTensors trained) : MomentOptimizer<AdamRule>(options, trained, "exp_avg", "exp_avg_sq")
{
    private readonly double _beta1 = options.Beta1;
    private readonly double _beta2 = options.Beta2;
    private readonly double _epsilon = options.Epsilon;
    private readonly bool _decoupled = options is AdamWOptions;

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
