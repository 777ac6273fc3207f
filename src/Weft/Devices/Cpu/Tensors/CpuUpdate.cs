using System.Numerics;

namespace Weft.Devices.Cpu;

/// <summary>One pass over memory: gradient, moments and value of each element.</summary>
/// <param name="kept">The parameters whose gradients go to no sink.</param>
/// <param name="groups">For each parameter, which of the rules is its own.</param>
internal sealed unsafe class CpuUpdate<TRule>(
    CpuTensors tensors, ElementChunks all, ElementChunks kept, CpuTensorSet? first, CpuTensorSet? second, int[] groups)
    : ElementwiseUpdate<TRule>, IGradientSink
    where TRule : struct, IUpdateRule
{
    private readonly TRule[] _rules = new TRule[groups.DefaultIfEmpty(-1).Max() + 1];
    private Work _work;

    public override IGradientSink Sink => this;

    public override void Prepare(ReadOnlySpan<TRule> rules, float scale)
    {
        rules.CopyTo(_rules);
        _work = new Work(tensors.TrainedSlots, first, second, _rules, groups, scale);
    }

    public override void Apply(bool exceptTaken)
    {
        (exceptTaken ? kept : all).Run(_work);
        tensors.Changed();
    }

    public void Take(int parameter, int start, ReadOnlySpan<float> gradient)
    {
        fixed (float* values = gradient)
            _work.Update(parameter, start, gradient.Length, values);
    }

    private readonly struct Work(
        IReadOnlyList<TensorSlot> slots, CpuTensorSet? first, CpuTensorSet? second, TRule[] rules, int[] groups, float scale) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) => Update(tensor, start, length, slots[tensor].Gradient + start);

        public void Update(int tensor, int start, int length, float* gradient)
        {
            var slot = slots[tensor];
            UpdateElements(rules[groups[tensor]], scale,
                slot.Value + start,
                gradient,
                TRule.UsesFirst ? first!.Pointer(tensor) + start : null,
                TRule.UsesSecond ? second!.Pointer(tensor) + start : null,
                length);
        }
    }

    private static void UpdateElements(TRule rule, float scale, float* weight, float* gradient, float* first, float* second, int length)
    {
        var lanes = Vector<float>.Count;
        var i = 0;
        for (; i + lanes <= length; i += lanes)
            UpdateLanes(rule, scale, weight + i, gradient + i, first + i, second + i);
        if (i == length)
            return;

        // The rest of a tensor (fewer elements than lanes) goes through the same arithmetic on copies, lanes beyond it being zeros.
        var rest = length - i;
        var copies = stackalloc float[4 * lanes];
        new Span<float>(copies, 4 * lanes).Clear();
        Copy(weight + i, copies, rest);
        Copy(gradient + i, copies + lanes, rest);
        if (TRule.UsesFirst)
            Copy(first + i, copies + 2 * lanes, rest);
        if (TRule.UsesSecond)
            Copy(second + i, copies + 3 * lanes, rest);
        UpdateLanes(rule, scale, copies, copies + lanes, copies + 2 * lanes, copies + 3 * lanes);
        Copy(copies, weight + i, rest);
        if (TRule.UsesFirst)
            Copy(copies + 2 * lanes, first + i, rest);
        if (TRule.UsesSecond)
            Copy(copies + 3 * lanes, second + i, rest);
    }

    private static void UpdateLanes(TRule rule, float scale, float* weight, float* gradient, float* first, float* second)
    {
        var w = Vector.Load(weight);
        var m = TRule.UsesFirst ? Vector.Load(first) : default;
        var v = TRule.UsesSecond ? Vector.Load(second) : default;
        rule.Update(ref w, scale * Vector.Load(gradient), ref m, ref v);
        w.Store(weight);
        if (TRule.UsesFirst)
            m.Store(first);
        if (TRule.UsesSecond)
            v.Store(second);
    }

    private static void Copy(float* source, float* destination, int length) =>
        new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(destination, length));
}
