using Weft.Devices.Cpu;

namespace Weft;

internal sealed class PlainSgd(SgdOptions options, TrainedTensors trained) : MomentOptimizer<PlainSgdRule>(options, trained, "", "")
{
    protected override PlainSgdRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay);
}

internal sealed class MomentumSgd(SgdOptions options, TrainedTensors trained) : MomentOptimizer<MomentumRule>(options, trained, "momentum", "")
{
    private readonly float _momentum = (float)options.Momentum;

    protected override MomentumRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay, _momentum);
}

internal sealed class NesterovSgd(SgdOptions options, TrainedTensors trained) : MomentOptimizer<NesterovRule>(options, trained, "momentum", "")
{
    private readonly float _momentum = (float)options.Momentum;

    protected override NesterovRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay, _momentum);
}
