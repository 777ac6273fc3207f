using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>max(x, 0) where it lies, both ways. (The output's sign is the input's, so the backward pass needs only what is in memory.)</summary>
internal sealed unsafe class ReluOperation(string path, ValueStorage input, ValueStorage output, bool inPlace) : UnaryOperation(path, input, output, inPlace)
{
    public override string Summary => $"ReLU, {Input.Shape}";

    protected override void ForwardImage(in Pass pass, int image, int worker)
    {
        FeatureMap from = Input.Map, to = Result.Map;
        for (var y = 0; y < from.Height; y++)
        {
            for (var x = 0; x < from.Width; x++)
            {
                if (!InPlace)
                    VectorKernels.Copy(from.Pixel(image, y, x), to.Pixel(image, y, x), from.Channels);
                Context.Kernels.ReLU(to.Pixel(image, y, x), from.Channels);
            }
        }
    }

    protected override void BackwardImage(in Pass pass, int image, int worker)
    {
        FeatureMap value = Input.Map, dy = Result.Gradient, dx = InputGradient;
        var accumulate = Accumulates;
        for (var y = 0; y < value.Height; y++)
        {
            for (var x = 0; x < value.Width; x++)
            {
                float* from = dy.Pixel(image, y, x), to = dx.Pixel(image, y, x);
                // dy belongs to this value alone, so it may be cut where it lies before it is added.
                Context.Kernels.ReLUGradient(value.Pixel(image, y, x), from, value.Channels);
                if (accumulate)
                    Context.Kernels.Add(from, to, value.Channels);
                else if (from != to)
                    VectorKernels.Copy(from, to, value.Channels);
            }
        }
    }
}
