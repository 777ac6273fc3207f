namespace Weft;

/// <summary>Takes gradients block by block while the backward pass makes them: they are in the cache then, and need not go to memory and come back.</summary>
internal interface IGradientSink
{
    /// <summary>
    /// The gradient of some elements of a parameter. The pass reads these elements no more: they may change now. Called by several threads, for different
    /// elements, each element once in a pass.
    /// </summary>
    /// <param name="parameter">The parameter's place in <see cref="Network.Parameters"/>.</param>
    /// <param name="start">The first element, in the device's own layout.</param>
    /// <param name="gradient">As many elements as there are.</param>
    void Take(int parameter, int start, ReadOnlySpan<float> gradient);
}
