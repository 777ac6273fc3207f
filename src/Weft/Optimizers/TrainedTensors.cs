namespace Weft;

/// <summary>What an optimizer works on, without the network around it.</summary>
/// <param name="Parameters">In a fixed order.</param>
/// <param name="State">The parameters and the running statistics of the norms.</param>
internal sealed record TrainedTensors(IReadOnlyList<Parameter> Parameters, IReadOnlyList<StateTensor> State);
