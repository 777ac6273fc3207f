using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// A function of each element. Its gradient needs the input, so it has an output of its own; in place only where the slope follows from the output or no
/// gradient will be asked for.
/// </summary>
/// <param name="path">The layer's.</param>
/// <param name="function">What is computed.</param>
/// <param name="input">Its argument.</param>
/// <param name="output">Its value.</param>
/// <param name="mayChangeInPlace">Whether nobody else needs the input.</param>
/// <param name="training">Whether gradients will be asked for.</param>
internal sealed unsafe class ActivationOperation(
    string path, ActivationFunction function, ValueStorage input, ValueStorage output, bool mayChangeInPlace, bool training)
    : UnaryOperation(path, input, output, mayChangeInPlace && (!training || function.SlopeFollowsFromOutput))
{
    public override string Summary => $"{function.Kind}, {Input.Shape}";

    // Pixels that follow each other without gaps in every map are one run.
    private static bool PixelsJoin(in FeatureMap map) => map.PixelStride == map.Channels;

    protected override void ForwardImage(in Pass pass, int image, int worker)
    {
        FeatureMap from = Input.Map, to = Result.Map;
        var run = PixelsJoin(from) && PixelsJoin(to) ? from.Width : 1;
        for (var y = 0; y < from.Height; y++)
        {
            for (var x = 0; x < from.Width; x += run)
                Context.Kernels.Activate(function, from.Pixel(image, y, x), to.Pixel(image, y, x), (nint)run * from.Channels);
        }
    }

    protected override void BackwardImage(in Pass pass, int image, int worker)
    {
        FeatureMap value = Input.Map, dy = Result.Gradient, dx = InputGradient;
        var accumulate = Accumulates;
        var run = PixelsJoin(value) && PixelsJoin(dy) && PixelsJoin(dx) ? value.Width : 1;
        for (var y = 0; y < value.Height; y++)
        {
            for (var x = 0; x < value.Width; x += run)
                Context.Kernels.ActivateGradient(
                    function, value.Pixel(image, y, x), dy.Pixel(image, y, x), dx.Pixel(image, y, x), (nint)run * value.Channels, accumulate);
        }
    }
}
