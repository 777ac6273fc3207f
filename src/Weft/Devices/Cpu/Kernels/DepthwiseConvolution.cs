namespace Weft.Kernels;

/// <summary>
/// Convolution where every output channel sees one input channel, its own: no matrix product, but products of vectors of channels, which lie side by side. A
/// tap's weights are one row of the channels; the input gradient sums, for each input pixel, the taps whose stride hits it, so that no zeros are multiplied.
/// </summary>
/// <remarks>Weights lie as [R, S, 1, C] and are read where they lie.</remarks>
internal sealed unsafe class DepthwiseConvolution(ConvolutionShape shape, VectorKernels kernels)
{
    // Output pixels of the weight gradient's sums that are taken together: their inputs stay in the cache for all taps.
    private const int BandPixels = 128;

    private readonly ConvolutionShape _shape = shape;

    public static bool Fits(in ConvolutionShape shape) => shape.Groups > 1 && shape.Groups == shape.C && shape.C == shape.K;

    /// <summary>Floats of the framed output gradient of one image.</summary>
    public long FramedLength => FeatureMap.ImageLength(_shape.OutputHeight, _shape.OutputWidth, _shape.K, FrameBefore, FrameAfter);

    // As far as a sum of the input gradient reaches over the first and the last output column. (Rows outside are left out of the sums instead.)
    private int FrameBefore => Math.Max(0, (_shape.Reach.Width - 1 - _shape.Padding.Left) / _shape.Stride.Width);

    private int FrameAfter => Math.Max(0, (_shape.Width - 1 + _shape.Padding.Left) / _shape.Stride.Width - (_shape.OutputWidth - 1));

    /// <summary>The output gradient of one image, framed with zeros, in a worker's scratch.</summary>
    public FeatureMap FramedOutputs(float* memory) => FeatureMap.Over(memory, _shape.OutputHeight, _shape.OutputWidth, _shape.K, FrameBefore, FrameAfter);

    /// <summary>y = conv(x) of rows firstRow … endRow − 1 of an image, without the bias. <paramref name="x"/> has the halo that padding asks for.</summary>
    public void Forward(in FeatureMap x, int xImage, float* weight, in FeatureMap y, int yImage, int firstRow, int endRow)
    {
        nint* offsets = stackalloc nint[_shape.Taps], weights = stackalloc nint[_shape.Taps];
        FillTaps(x, offsets, weights);
        var row = new DepthwiseRow
        {
            Offsets = offsets, Weights = weights, Taps = _shape.Taps, XStep = _shape.Stride.Width * x.PixelStride,
            YStep = y.PixelStride, Count = _shape.OutputWidth,
        };
        for (var i = firstRow; i < endRow; i++)
            kernels.SumTaps(row, x.Pixel(xImage, i * _shape.Stride.Height - _shape.Padding.Top, -_shape.Padding.Left), weight, y.Pixel(yImage, i, 0), _shape.K);
    }

    /// <summary>dx (+)= the input gradient of one image from its framed output gradient.</summary>
    public void BackwardInput(in FeatureMap framed, float* weight, in FeatureMap dx, int image, bool accumulate)
    {
        nint* offsets = stackalloc nint[_shape.Taps], weights = stackalloc nint[_shape.Taps];
        var (_, stride) = _shape.Stride;
        for (var i = 0; i < _shape.Height; i++)
        {
            for (var first = 0; first < Math.Min(stride, _shape.Width); first++)
            {
                // Every stride-th column from the first on is hit by the same taps.
                var row = new DepthwiseRow
                {
                    Offsets = offsets, Weights = weights, Taps = FillFlippedTaps(framed, i, first, offsets, weights), XStep = framed.PixelStride,
                    YStep = stride * dx.PixelStride, Count = (_shape.Width - first + stride - 1) / stride, Accumulate = accumulate,
                };
                kernels.SumTaps(row, framed.Origin, weight, dx.Pixel(image, i, first), _shape.C);
            }
        }
    }

    /// <summary>dw += the weight gradient of one image: [taps, C] = Σ over output pixels of input times output gradient.</summary>
    public void AddWeightGradient(in FeatureMap x, int image, in FeatureMap dy, float* dw)
    {
        nint* offsets = stackalloc nint[_shape.Taps], weights = stackalloc nint[_shape.Taps];
        FillTaps(x, offsets, weights);
        var band = Math.Max(1, BandPixels / _shape.OutputWidth);
        for (var first = 0; first < _shape.OutputHeight; first += band)
        {
            var rows = new DepthwiseBand
            {
                Offsets = offsets, Taps = _shape.Taps, Rows = Math.Min(band, _shape.OutputHeight - first), Columns = _shape.OutputWidth,
                XRow = _shape.Stride.Height * x.RowStride, XStep = _shape.Stride.Width * x.PixelStride, DyRow = dy.RowStride, DyStep = dy.PixelStride,
            };
            var from = x.Pixel(image, first * _shape.Stride.Height - _shape.Padding.Top, -_shape.Padding.Left);
            kernels.AddTapProducts(rows, from, dy.Pixel(0, first, 0), dw, _shape.K);
        }
    }

    private void FillTaps(in FeatureMap x, nint* offsets, nint* weights)
    {
        for (var tap = 0; tap < _shape.Taps; tap++)
        {
            var (r, s) = Math.DivRem(tap, _shape.Kernel.Width);
            offsets[tap] = r * _shape.Dilation.Height * x.RowStride + s * _shape.Dilation.Width * x.PixelStride;
            weights[tap] = (nint)tap * _shape.K;
        }
    }

    // The taps by which outputs saw the input pixel (i, j): output · stride + tap · dilation − padding is its place.
    private int FillFlippedTaps(in FeatureMap framed, int i, int j, nint* offsets, nint* weights)
    {
        var count = 0;
        for (var r = 0; r < _shape.Kernel.Height; r++)
        {
            var (y, between) = Math.DivRem(i + _shape.Padding.Top - r * _shape.Dilation.Height, _shape.Stride.Height);
            if (between != 0 || y < 0 || y >= _shape.OutputHeight)
                continue;
            for (var s = 0; s < _shape.Kernel.Width; s++)
            {
                var (x, beside) = Math.DivRem(j + _shape.Padding.Left - s * _shape.Dilation.Width, _shape.Stride.Width);
                if (beside != 0)
                    continue;
                offsets[count] = y * framed.RowStride + x * framed.PixelStride;
                weights[count++] = ((nint)r * _shape.Kernel.Width + s) * _shape.K;
            }
        }

        return count;
    }
}
