using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Drops whole channels of a sample.</summary>
internal sealed unsafe class SpatialDropoutOperation(
    string path, SpatialDropout layer, ValueStorage input, ValueStorage output, bool inPlace, long seed, int index)
    : MaskOperation(path, layer.Rate, input, output, inPlace, seed, index)
{
    public override string Summary => $"spatial dropout {Rate:0.##}, {Input.Shape}";

    // The mask, and zeros to shift by.
    public override (long PerWorker, long Shared) Scratch => (2 * Input.Shape.Channels, 0);

    protected override void Mask(in FeatureMap from, in FeatureMap to, uint key, uint sample, double rate, int image, int worker, bool accumulate)
    {
        var channels = from.Channels;
        float* mask = Context.WorkerScratch(worker), zeros = mask + channels;
        new Span<float>(mask, channels).Fill(1);
        new Span<float>(zeros, channels).Clear();
        if (rate > 0)
            VectorKernels.Drop(mask, channels, key, sample * (uint)channels, rate);
        var scaling = new NormCoefficients { Scale = mask, Shift = zeros };
        for (var y = 0; y < from.Height; y++)
        {
            float* source = from.Pixel(image, y, 0), target = to.Pixel(image, y, 0);
            Context.Kernels.ApplyNorm(
                source, from.PixelStride, accumulate ? source : target, accumulate ? from.PixelStride : to.PixelStride, from.Width, channels, scaling);
            for (var x = 0; x < from.Width && accumulate; x++)
                Context.Kernels.Add(from.Pixel(image, y, x), to.Pixel(image, y, x), channels);
        }
    }
}
