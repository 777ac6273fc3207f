using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Drops single elements, each for itself.</summary>
internal sealed unsafe class DropoutOperation(string path, Dropout layer, ValueStorage input, ValueStorage output, bool inPlace, long seed, int index)
    : MaskOperation(path, layer.Rate, input, output, inPlace, seed, index)
{
    public override string Summary => $"dropout {Rate:0.##}, {Input.Shape}";

    protected override void Mask(in FeatureMap from, in FeatureMap to, uint key, uint sample, double rate, int image, int worker, bool accumulate)
    {
        for (var y = 0; y < from.Height; y++)
        {
            for (var x = 0; x < from.Width; x++)
            {
                float* source = from.Pixel(image, y, x), target = to.Pixel(image, y, x);
                if (!accumulate && source != target)
                    VectorKernels.Copy(source, target, from.Channels);
                if (rate > 0)
                    VectorKernels.Drop(accumulate ? source
                        : target, from.Channels, key, (uint)(((long)sample * from.Height + y) * from.Width + x) * (uint)from.Channels, rate);
                if (accumulate)
                    Context.Kernels.Add(source, target, from.Channels);
            }
        }
    }
}
