namespace Weft;

/// <summary>How much memory a network takes.</summary>
/// <param name="Bytes">Altogether: what <see cref="Network.MemoryBytes"/> of the compiled network is.</param>
/// <param name="ParameterBytes">One copy of the trainable tensors as the engine lays them out: an optimizer's state is one or two of these.</param>
/// <param name="StateBytes">One copy of the parameters and the running statistics.</param>
public readonly record struct NetworkMemory(long Bytes, long ParameterBytes, long StateBytes);
