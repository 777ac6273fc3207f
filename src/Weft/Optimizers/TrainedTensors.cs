using Weft.Devices.Cpu;
using Weft.Kernels;

namespace Weft;

/// <summary>What an optimizer works on, without the network around it.</summary>
/// <param name="Parameters">In a fixed order.</param>
/// <param name="State">The parameters and the running statistics of the norms.</param>
/// <param name="Team">Who shares the work; null for the calling thread alone.</param>
/// <param name="Changed">To be told of every change of values.</param>
/// <param name="Backward">Makes the gradients; null where they are given.</param>
internal sealed record TrainedTensors(
    IReadOnlyList<Parameter> Parameters, IReadOnlyList<StateTensor> State, WorkerTeam? Team = null, Action? Changed = null, Action<IGradientTaker?>? Backward = null)
{
    public static TrainedTensors Of(Network network) =>
        new(network.Parameters, network.State, (network.Device as CpuDevice)?.Team, network.InvalidateWeights, network.BackwardFor);
}
