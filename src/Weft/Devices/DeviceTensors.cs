namespace Weft;

/// <summary>
/// The tensors of a network where a device keeps them, and what optimizers and averages do to all of them at once. Whoever changes values does it through
/// here or through a <see cref="DeviceTensor"/>, so that the device knows which derived weights are stale, and nobody has to say so.
/// </summary>
public abstract class DeviceTensors
{
    private protected DeviceTensors() { }

    /// <summary>The trainable tensors, in the description's order; empty if not compiled for training.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Parameters and running statistics under PyTorch's names, in the description's order.</summary>
    public abstract IReadOnlyList<DeviceTensor> State { get; }

    /// <summary>A place for the gradients of parts of a batch, added up.</summary>
    public abstract GradientSum AllocateGradientSum();

    /// <summary>Remembers the running statistics as they are now: <see cref="GradientSum.Take"/> puts them back, so that every part of a batch begins with
    /// them.</summary>
    public abstract void KeepStatistics();

    /// <summary>Zeros in the layout of <see cref="Parameters"/>, each named "prefix.parameter".</summary>
    internal abstract TensorSet AllocateForParameters(string prefix);

    /// <summary>Zeros in the layout of <see cref="State"/>, each named "prefix.tensor".</summary>
    internal abstract TensorSet AllocateForState(string prefix);

    /// <summary>The L2 norm of all gradients together, added up in double in an order of its own, so that its bits do not depend on threads.</summary>
    internal abstract double GradientNorm();

    /// <summary>value ← value + scale · gradient, for all parameters.</summary>
    internal abstract void AddGradients(float scale);

    /// <summary>copy ← state, for all tensors.</summary>
    internal abstract void SaveState(TensorSet copy);

    /// <summary>state ← copy, for all tensors.</summary>
    internal abstract void RestoreState(TensorSet copy);

    /// <summary>Exchanges the state and another set of tensors, to the same bits.</summary>
    internal abstract void ExchangeState(TensorSet other);

    /// <summary>average ← average + part · (state − average); a part of 1 copies.</summary>
    internal abstract void BlendState(TensorSet average, float part);

    /// <summary>The update of all parameters by a rule.</summary>
    /// <param name="first">The first moments; null where the rule has none.</param>
    /// <param name="second">The second moments; null where the rule has none.</param>
    /// <param name="groups">For each parameter, which of the rules is its own.</param>
    internal abstract ElementwiseUpdate<TRule> CreateUpdate<TRule>(TensorSet? first, TensorSet? second, int[] groups)
        where TRule : struct, IUpdateRule;
}

/// <summary>Tensors that belong to an optimizer or an average, in the layout of a network's.</summary>
internal abstract class TensorSet : IDisposable
{
    public abstract IReadOnlyList<DeviceTensor> Tensors { get; }

    public abstract void Dispose();
}

/// <summary>Updates every element of a network's parameters by itself.</summary>
internal abstract class ElementwiseUpdate<TRule>
    where TRule : struct, IUpdateRule
{
    /// <summary>Takes gradients while a backward pass makes them and updates at once; null where the device keeps every gradient.</summary>
    public abstract IGradientSink? Sink { get; }

    /// <summary>Sets what the next update does.</summary>
    /// <param name="rules">One for each group of parameters; they are copied.</param>
    /// <param name="scale">Multiplies every gradient.</param>
    public abstract void Prepare(ReadOnlySpan<TRule> rules, float scale);

    /// <summary>Updates from the parameters' gradients.</summary>
    /// <param name="exceptTaken">Whether parameters whose gradients went to <see cref="Sink"/> are left out.</param>
    public abstract void Apply(bool exceptTaken);
}
