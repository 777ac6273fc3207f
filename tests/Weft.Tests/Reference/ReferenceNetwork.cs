namespace Weft.Tests.Reference;

/// <summary>
/// A description interpreted layer by layer with scalar loops in double: slow, obvious, and the truth the engine is compared with. It gradient-checks itself
/// (<see cref="ReferenceNetworkTests"/>).
/// </summary>
internal sealed class ReferenceNetwork(NetworkDescription description, long seed = 1, bool frozen = false)
{
    private readonly ReferenceLayers _layers = new(seed) { FrozenNormStatistics = frozen };
    private ReferenceStep? _last;

    public ReferenceTensors Tensors => _layers.Tensors;

    public Dictionary<string, double[]> DropoutMasks => _layers.DropoutMasks;

    /// <returns>The logits, [count, classes].</returns>
    public double[] Forward(ReferenceMap input) => Forward(input, training: false);

    /// <summary>With the batch's statistics and with dropout.</summary>
    /// <returns>The logits, [count, classes].</returns>
    public double[] ForwardTraining(ReferenceMap input) => Forward(input, training: true);

    /// <summary>Fills the tensors' gradients.</summary>
    /// <returns>The gradient of the input, [n, c, y, x].</returns>
    public double[] Backward(double[] logitsGradient)
    {
        var last = _last ?? throw new InvalidOperationException("Forward comes first.");
        Tensors.Gradients.Clear();
        return last.Backward(last.Output with { Data = logitsGradient }).Data;
    }

    private double[] Forward(ReferenceMap input, bool training)
    {
        _last = _layers.Apply(description.Body, "", input, training);
        return _last.Output.Data;
    }
}
