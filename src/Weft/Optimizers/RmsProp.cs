using Weft.Devices.Cpu;

namespace Weft;

internal sealed class PlainRmsProp(RmsPropOptions options, TrainedTensors trained) : MomentOptimizer<PlainRmsPropRule>(options, trained, "", "square_avg")
{
    private readonly float _smoothing = (float)options.Smoothing;
    private readonly float _newSecond = (float)(1 - options.Smoothing);
    private readonly float _epsilon = (float)options.Epsilon;

    protected override PlainRmsPropRule Rule(double learningRate, double decay, long step) =>
        new((float)learningRate, (float)decay, _smoothing, _newSecond, _epsilon);
}

internal sealed class MomentumRmsProp(RmsPropOptions options, TrainedTensors trained) : MomentOptimizer<MomentumRmsPropRule>(options, trained, "momentum", "square_avg")
{
    private readonly float _smoothing = (float)options.Smoothing;
    private readonly float _newSecond = (float)(1 - options.Smoothing);
    private readonly float _epsilon = (float)options.Epsilon;
    private readonly float _momentum = (float)options.Momentum;

    protected override MomentumRmsPropRule Rule(double learningRate, double decay, long step) =>
        new((float)learningRate, (float)decay, _smoothing, _newSecond, _epsilon, _momentum);
}
