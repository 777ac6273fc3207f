using Weft.Kernels;

namespace Weft.Tests.Kernels;

/// <summary>The three Winograd products of a 3×3 or 5×5 convolution against sums of shifted products in double.</summary>
public sealed unsafe class WinogradConvolutionTests
{
    // F(4×4, 3×3) in float at these points; direct sums in float reach some 2e-7.
    private const double Tolerance = 2e-6;

    private static readonly VectorKernels Kernels = VectorKernels.Best;

    public static TheoryData<int, int, int, int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, int, int, int>();
        for (var height = 1; height <= 9; height++)
        {
            for (var width = 1; width <= 9; width++)
                shapes.Add(3, 16, 16, height, width, 1, 3);
        }

        for (var height = 1; height <= 5; height++)
        {
            for (var width = 1; width <= 5; width++)
                shapes.Add(5, 16, 16, height, width, 2, 3);
        }

        for (var padding = 0; padding <= 4; padding++)
            shapes.Add(5, 16, 32, 5, 6, padding, 2);
        shapes.Add(5, 32, 96, 14, 14, 2, 3);
        shapes.Add(5, 32, 128, 7, 7, 2, 9);
        shapes.Add(5, 48, 128, 4, 4, 2, 20);

        shapes.Add(3, 16, 48, 5, 6, 0, 2);
        shapes.Add(3, 32, 16, 6, 7, 2, 5);
        shapes.Add(3, 64, 64, 28, 28, 1, 2);
        shapes.Add(3, 64, 128, 14, 14, 1, 9);
        shapes.Add(3, 128, 256, 14, 14, 1, 5);
        shapes.Add(3, 160, 80, 7, 7, 1, 20);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Output_and_both_gradients_agree_with_a_double_reference(
        int taps, int inputs, int outputs, int outputHeight, int outputWidth, int padding, int images)
    {
        int height = outputHeight + taps - 1 - 2 * padding, width = outputWidth + taps - 1 - 2 * padding;
        if (height < 1 || width < 1)
        {
            Assert.True(2 * padding >= taps); // only there can an output be without an input
            return;
        }

        var shape = new ConvolutionShape(inputs, outputs, taps, 1, padding, height, width, outputHeight, outputWidth);
        Assert.True(WinogradConvolution.Fits(shape));
        var winograd = new WinogradConvolution(shape, Kernels, images);
        using var inputMemory = new NativeBuffer(images * FeatureMap.ImageLength(height, width, inputs, padding, shape.HaloAfter));
        var x = FeatureMap.Over(inputMemory.Pointer, height, width, inputs, padding, shape.HaloAfter);
        using var outputMemory = new NativeBuffer((long)images * shape.OutputPixels * outputs);
        var y = FeatureMap.Over(outputMemory.Pointer, outputHeight, outputWidth, outputs);
        using var outputGradientMemory = new NativeBuffer((long)images * shape.OutputPixels * outputs);
        var dy = FeatureMap.Over(outputGradientMemory.Pointer, outputHeight, outputWidth, outputs);
        using var inputGradientMemory = new NativeBuffer((long)images * height * width * inputs);
        var dx = FeatureMap.Over(inputGradientMemory.Pointer, height, width, inputs);
        using var weight = new NativeBuffer(shape.WeightCount);
        using var weightGradient = new NativeBuffer(shape.WeightCount);
        Fill(x, images, 1);
        Fill(dy, images, 2);
        for (var i = 0; i < shape.WeightCount; i++)
            weight.Pointer[i] = (float)(0.1 * Hashed.Unit(3, i));

        double[] output = Output(shape, images, x, weight.Pointer), inputGradient = InputGradient(shape, images, dy, weight.Pointer),
            expected = WeightGradient(shape, images, x, dy);
        foreach (var locally in winograd.IsLocal ? new[] { false, true } : [false])
        {
            new Span<float>(dx.Origin, inputGradient.Length).Fill(float.NaN);
            new Span<float>(weightGradient.Pointer, expected.Length).Fill(float.NaN);
            Compute(winograd, locally, shape, images, x, y, dy, dx, weight.Pointer, weightGradient.Pointer);
            Require("output", output, y.Origin);
            Require("input gradient", inputGradient, dx.Origin);
            Require("weight gradient", expected, weightGradient.Pointer);
        }

        static void Require(string what, double[] expected, float* actual) =>
            Close.Require(what, Tolerance, expected, new ReadOnlySpan<float>(actual, expected.Length));
    }

    [Fact]
    public void Edge_tiles_multiply_only_what_they_need()
    {
        Assert.Equal(22 * 22, new WinogradTiles(14, 14, 3).ProductsPerImage);
        Assert.Equal(11 * 11, new WinogradTiles(7, 7, 3).ProductsPerImage);
        Assert.Equal(9 * 42, new WinogradTiles(5, 28, 3).ProductsPerImage);
        Assert.Equal(42 * 42, new WinogradTiles(28, 28, 3).ProductsPerImage);
        Assert.Equal(42 * 42, new WinogradTiles(14, 14, 5).ProductsPerImage);
        Assert.Equal(23 * 23, new WinogradTiles(7, 7, 5).ProductsPerImage);
    }

    private static void Compute(
        WinogradConvolution winograd, bool locally, ConvolutionShape shape, int images, FeatureMap x, FeatureMap y,
        FeatureMap dy, FeatureMap dx, float* weight, float* weightGradient)
    {
        using var u = new NativeBuffer(winograd.KernelLength);
        using var flippedU = new NativeBuffer(winograd.FlippedKernelLength);
        using var scratch = new NativeBuffer(Math.Max(winograd.ForwardScratch, winograd.BackwardScratch) + 64);
        using var chunkV = new NativeBuffer(winograd.ChunkInputLength);
        using var chunkM = new NativeBuffer(winograd.ChunkOutputLength);
        using var du = new NativeBuffer(winograd.ProductGradientLength);
        for (var task = 0; task < winograd.KernelTasks; task++)
            winograd.TransformKernel(weight, u.Pointer, task);
        for (var task = 0; task < winograd.FlippedKernelTasks; task++)
            winograd.TransformFlippedKernel(weight, flippedU.Pointer, task, scratch.Pointer);
        // What a tile does not use must never be read.
        new Span<float>(scratch.Pointer, (int)scratch.Length).Fill(float.NaN);
        for (var first = 0; first < images; first += winograd.GroupImages)
        {
            var count = Math.Min(winograd.GroupImages, images - first);
            winograd.ForwardInput(x, first, count, scratch.Pointer);
            for (var channel = 0; channel < shape.K; channel += winograd.ForwardBlockChannels)
                winograd.ForwardBlock(
                    count, u.Pointer, channel, y.Slice(channel, Math.Min(winograd.ForwardBlockChannels, shape.K - channel)), first, scratch.Pointer);
        }

        for (var first = 0; first < images && locally; first += winograd.GroupImages)
        {
            var count = Math.Min(winograd.GroupImages, images - first);
            for (var i = 0; i < count; i++)
                winograd.BackwardImage(x, first + i, i, count, Image(dy, first + i), scratch.Pointer);
            winograd.BackwardLocally(count, du.Pointer, accumulateSum: first > 0, flippedU.Pointer, dx, first, accumulate: false, scratch.Pointer);
        }

        for (var chunk = 0; chunk < images && !locally; chunk += winograd.ChunkImages)
        {
            new Span<float>(chunkV.Pointer, (int)chunkV.Length).Fill(float.NaN);
            new Span<float>(chunkM.Pointer, (int)chunkM.Length).Fill(float.NaN);
            var chunkImages = Math.Min(winograd.ChunkImages, images - chunk);
            for (int first = 0, group = 0; first < chunkImages; first += winograd.GroupImages, group++)
            {
                var count = Math.Min(winograd.GroupImages, chunkImages - first);
                for (var i = 0; i < count; i++)
                    winograd.BackwardImage(x, chunk + first + i, group, i, count, Image(dy, chunk + first + i), chunkV.Pointer, chunkM.Pointer);

                winograd.BackwardInput(chunkM.Pointer, group, flippedU.Pointer, dx, chunk + first, count, accumulate: false, scratch.Pointer);
            }

            for (var task = 0; task < WinogradConvolution.ProductGradientTasks; task++)
                winograd.AddProductGradient(chunkV.Pointer, chunkM.Pointer, chunkImages, du.Pointer, task, accumulate: chunk > 0, scratch.Pointer);
        }

        for (var c = 0; c < shape.C; c++)
            winograd.TransformKernelGradient(du.Pointer, weightGradient, c);
    }

    private static FeatureMap Image(FeatureMap map, int n)
    {
        map.Origin = map.Image(n);
        return map;
    }

    private static double[] Output(ConvolutionShape shape, int images, FeatureMap x, float* weight)
    {
        var sums = new double[images * shape.OutputPixels * shape.K];
        ForEachProduct(shape, images, (n, y, column, row, tap) =>
        {
            var from = x.Pixel(n, y + tap / shape.Kernel.Height - shape.Padding.Top, column + tap % shape.Kernel.Height - shape.Padding.Top);
            for (var c = 0; c < shape.C; c++)
            {
                for (var k = 0; k < shape.K; k++)
                    sums[row * shape.K + k] += (double)from[c] * weight[(tap * shape.C + c) * shape.K + k];
            }
        });
        return sums;
    }

    private static double[] InputGradient(ConvolutionShape shape, int images, FeatureMap dy, float* weight)
    {
        var sums = new double[images * shape.Height * shape.Width * shape.C];
        ForEachProduct(shape, images, (n, y, column, row, tap) =>
        {
            int inY = y + tap / shape.Kernel.Height - shape.Padding.Top, inX = column + tap % shape.Kernel.Height - shape.Padding.Top;
            if (inY < 0 || inX < 0 || inY >= shape.Height || inX >= shape.Width)
                return;
            var from = dy.Pixel(n, y, column);
            for (var c = 0; c < shape.C; c++)
            {
                var sum = 0.0;
                for (var k = 0; k < shape.K; k++)
                    sum += (double)from[k] * weight[(tap * shape.C + c) * shape.K + k];
                sums[((n * shape.Height + inY) * shape.Width + inX) * shape.C + c] += sum;
            }
        });
        return sums;
    }

    private static double[] WeightGradient(ConvolutionShape shape, int images, FeatureMap x, FeatureMap dy)
    {
        var sums = new double[shape.WeightCount];
        ForEachProduct(shape, images, (n, y, column, row, tap) =>
        {
            float* from = x.Pixel(n, y + tap / shape.Kernel.Height - shape.Padding.Top, column + tap % shape.Kernel.Height - shape.Padding.Top),
                gradient = dy.Pixel(n, y, column);
            for (var c = 0; c < shape.C; c++)
            {
                for (var k = 0; k < shape.K; k++)
                    sums[(tap * shape.C + c) * shape.K + k] += (double)from[c] * gradient[k];
            }
        });
        return sums;
    }

    private static void ForEachProduct(ConvolutionShape shape, int images, Action<int, int, int, int, int> visit)
    {
        for (int n = 0, row = 0; n < images; n++)
        {
            for (var y = 0; y < shape.OutputHeight; y++)
            {
                for (var x = 0; x < shape.OutputWidth; x++, row++)
                {
                    for (var tap = 0; tap < shape.Taps; tap++)
                        visit(n, y, x, row, tap);
                }
            }
        }
    }

    private static void Fill(FeatureMap map, int images, uint seed)
    {
        for (int n = 0, i = 0; n < images; n++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                for (var x = 0; x < map.Width; x++)
                {
                    for (var c = 0; c < map.Channels; c++, i++)
                        map.Pixel(n, y, x)[c] = (float)Hashed.Unit(seed, i);
                }
            }
        }
    }
}
