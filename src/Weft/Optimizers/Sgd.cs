namespace Weft;

internal sealed class PlainSgd(SgdOptions options, Network network) : MomentOptimizer<PlainSgdRule>(options, network, "", "")
{
    protected override PlainSgdRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay);
}

internal sealed class MomentumSgd(SgdOptions options, Network network) : MomentOptimizer<MomentumRule>(options, network, "momentum", "")
{
    private readonly float _momentum = (float)options.Momentum;

    protected override MomentumRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay, _momentum);
}

internal sealed class NesterovSgd(SgdOptions options, Network network) : MomentOptimizer<NesterovRule>(options, network, "momentum", "")
{
    private readonly float _momentum = (float)options.Momentum;

    protected override NesterovRule Rule(double learningRate, double decay, long step) => new((float)learningRate, (float)decay, _momentum);
}
