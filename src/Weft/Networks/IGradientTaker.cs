using Weft.Devices.Cpu;

namespace Weft;

/// <summary>Takes gradients block by block while the backward pass makes them: they are in the cache then, and need not go to memory and come back.</summary>
internal unsafe interface IGradientTaker
{
    /// <summary>
    /// The gradient of elements <paramref name="start"/> … of a parameter with <see cref="ParameterSlot.IsHandedOver"/>. The pass reads the parameter's elements no
    /// more: they may change now. Called by several threads, for different elements, each element once in a pass.
    /// </summary>
    /// <param name="parameter">The parameter's place in <see cref="Network.Parameters"/>.</param>
    void Take(int parameter, int start, int length, float* gradient);
}
