using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Zeroes at random and scales the rest; the mask is drawn anew in the backward pass from the same counters.</summary>
internal abstract class MaskOperation : UnaryOperation
{
    private readonly Rng _stream;

    /// <param name="index">Number of this layer among the network's dropout layers of both kinds: each draws from a stream of its own.</param>
    protected MaskOperation(string path, double rate, ValueStorage input, ValueStorage output, bool inPlace, long seed, int index)
        : base(path, input, output, inPlace)
    {
        Rate = rate;
        _stream = Rng.For(seed, RngPurpose.Dropout).Derive(index);
    }

    protected double Rate { get; }

    protected sealed override void ForwardImage(in Pass pass, int image, int worker) => Mask(Input.Map, Result.Map, pass, image, worker, accumulate: false);

    protected sealed override void BackwardImage(in Pass pass, int image, int worker) => Mask(Result.Gradient, InputGradient, pass, image, worker, Accumulates);

    /// <summary>to (+)= mask · from. What is added elsewhere belongs to this layer alone, so it may be masked where it lies.</summary>
    /// <param name="key">The key from which the step's mask is drawn.</param>
    /// <param name="sample">The image's place in the whole batch, from which the draws are counted.</param>
    /// <param name="rate">0 where nothing is dropped.</param>
    protected abstract void Mask(in FeatureMap from, in FeatureMap to, uint key, uint sample, double rate, int image, int worker, bool accumulate);

    private void Mask(in FeatureMap from, in FeatureMap to, in Pass pass, int image, int worker, bool accumulate)
    {
        var rate = pass.IsTraining ? Rate : 0;
        if (rate > 0 || !InPlace)
            Mask(from, to, (uint)_stream.Derive(pass.Step).UInt64(0), (uint)(pass.FirstSample + image), rate, image, worker, accumulate);
    }
}
