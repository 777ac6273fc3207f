namespace Weft.Kernels;

/// <summary>
/// Convolution as sums of shifted matrix products, any kernel, stride, dilation and padding: a row of output pixels is a block of matrix rows, each kernel row
/// (or tap, where neighbouring taps are no neighbours in memory) a segment of the sum, nothing is copied or rearranged but the weights. Groups of channels are
/// slices of the maps, one after the other. One image at a time, or for a 1×1 kernel several whose pixels lie side by side; the caller spreads images over
/// workers.
/// </summary>
/// <remarks>
/// Weights lie as [R, S, C/groups, K]. The input gradient is the convolution of the output gradient, framed with zeros, with the kernel flipped by 180° and its
/// channels swapped. With a stride, inputs that are as far apart as it form a phase: each phase has the taps under which it meets outputs, and no others.
/// </remarks>
internal sealed unsafe class DirectConvolution(ConvolutionShape shape, VectorKernels kernels)
{
    // Pixels that a 1×1 kernel takes at a time: long sums for the weight gradient, and inputs that stay in a second-level cache while the panels go over them.
    private const int PointwiseRows = 128;

    // Terms of a 1×1 kernel's sum whose weights fill half of a first-level cache.
    private const int SumBlock = 256;

    // Pixels a power of two apart would share a few cache sets.
    private const int Pad = 16;

    private readonly int _panel = kernels.PanelWidth;

    // Channels of one group.
    private readonly int _inputs = shape.GroupInputs;
    private readonly int _outputs = shape.GroupOutputs;

    public ConvolutionShape Shape { get; } = shape;

    /// <summary>Images that go through one call.</summary>
    public int GroupImages { get; } = IsPointwise(shape) ? Math.Max(1, PointwiseRows / shape.OutputPixels) : 1;

    /// <summary>Floats of the output gradients of a group.</summary>
    public long OutputsLength => (long)GroupImages * Shape.OutputPixels * (Shape.K + Pad);

    /// <summary>Floats of the inputs of a group, as <see cref="Gather"/> lays them out; none where it reads them in place.</summary>
    public long InputsLength => NeedsFrame ? 0 : (long)GroupImages * Shape.OutputPixels * (Shape.C + Pad);

    /// <summary>
    /// Floats of the weights packed for the forward pass: for each group panels [K/panel][taps · C][panel], the last one filled up with zeros.
    /// </summary>
    public long PackedLength => (long)ForwardPanels * Shape.Taps * _inputs * _panel;

    /// <summary>As <see cref="PackedLength"/>, for the input gradient: [C/panel][taps · K][panel], the taps phase by phase.</summary>
    public long PackedFlippedLength => (long)FlippedPanels * Shape.Taps * _outputs * _panel;

    public int ForwardPanels => Shape.Groups * Panels(_outputs);

    public int FlippedPanels => Shape.Groups * Panels(_inputs);

    /// <summary>Floats of the framed output gradient of one image.</summary>
    public long FramedLength => FeatureMap.ImageLength(Shape.OutputHeight, Shape.OutputWidth, Shape.K, FrameBefore, FrameAfter) + Slack;

    // A partial panel of columns reads up to a panel past the last element.
    private const int Slack = 64;

    /// <summary>Whether the output gradients are the frame already.</summary>
    public bool NeedsFrame => !IsPointwise(Shape);

    private static bool IsPointwise(in ConvolutionShape shape) =>
        shape is { Taps: 1, Groups: 1, Stride: { Height: 1, Width: 1 }, Padding: { Top: 0, Left: 0, Bottom: 0, Right: 0 } };

    // Input y meets under tap r the output (y + padding − r · dilation) / stride: so far out of the output the first and the last input lead.
    private int FrameBefore => Math.Max(0, Math.Max(
        (Shape.Reach.Height - 1 - Shape.Padding.Top + Shape.Stride.Height - 1) / Shape.Stride.Height,
        (Shape.Reach.Width - 1 - Shape.Padding.Left + Shape.Stride.Width - 1) / Shape.Stride.Width));

    private int FrameAfter => Math.Max(0, Math.Max(
        (Shape.Height - 1 + Shape.Padding.Top) / Shape.Stride.Height - (Shape.OutputHeight - 1),
        (Shape.Width - 1 + Shape.Padding.Left) / Shape.Stride.Width - (Shape.OutputWidth - 1)));

    /// <summary>The output gradients of a group, in a worker's scratch.</summary>
    public FeatureMap Outputs(float* memory)
    {
        var map = FeatureMap.Over(memory, Shape.OutputHeight, Shape.OutputWidth, Shape.K + Pad);
        map.Channels = Shape.K;
        return map;
    }

    /// <summary>The framed output gradient of one image.</summary>
    public FeatureMap FramedOutputs(float* memory) =>
        FeatureMap.Over(memory, Shape.OutputHeight, Shape.OutputWidth, Shape.K, FrameBefore, FrameAfter);

    public void Pack(float* weight, float* packed, int panel)
    {
        var depth = Shape.Taps * _inputs;
        var (group, first, columns) = Panel(panel, _outputs);
        var from = weight + group * _outputs + first;
        var to = packed + (long)panel * depth * _panel;
        for (var p = 0; p < depth; p++, from += Shape.K, to += _panel)
        {
            VectorKernels.Copy(from, to, columns);
            if (columns < _panel)
                new Span<float>(to + columns, _panel - columns).Clear();
        }
    }

    public void PackFlipped(float* weight, float* packed, int panel)
    {
        var (group, first, columns) = Panel(panel, _inputs);
        var to = packed + (long)panel * Shape.Taps * _outputs * _panel;
        int* rows = stackalloc int[Shape.Kernel.Height], across = stackalloc int[Shape.Kernel.Width];
        for (var phase = 0; phase < Shape.Stride.Height * Shape.Stride.Width; phase++)
        {
            var (rowCount, acrossCount) = FillTaps(phase, rows, across);
            for (var i = 0; i < rowCount * acrossCount; i++)
            {
                var tap = rows[i / acrossCount] * Shape.Kernel.Width + across[i % acrossCount];
                kernels.Transpose(weight + ((long)tap * _inputs + first) * Shape.K + group * _outputs, Shape.K, columns, _outputs, to, _panel);
                if (columns < _panel)
                {
                    for (var k = 0; k < _outputs; k++)
                        new Span<float>(to + k * _panel + columns, _panel - columns).Clear();
                }

                to += (long)_outputs * _panel;
            }
        }
    }

    /// <summary>
    /// y = conv(x) of rows firstRow … endRow − 1 of <paramref name="count"/> images (of all rows, if there are several), without the bias.
    /// <paramref name="x"/> has the halo that padding asks for.
    /// </summary>
    public void Forward(in FeatureMap x, int xFirst, int count, float* packed, in FeatureMap y, int yFirst, int firstRow, int endRow)
    {
        if (!NeedsFrame)
        {
            MultiplyPixels(x, xFirst, count, Shape.C, packed, y, yFirst, firstRow, endRow, accumulate: false);
            return;
        }

        for (var image = 0; image < count; image++)
            Forward(x, xFirst + image, packed, y, yFirst + image, firstRow, endRow);
    }

    private void Forward(in FeatureMap x, int xImage, float* packed, in FeatureMap y, int yImage, int firstRow, int endRow)
    {
        var isRun = IsRun(x);
        var segments = stackalloc nint[Shape.Taps];
        var block = new MatrixBlock
        {
            Segments = segments,
            SegmentCount = FillSegments(segments, x.RowStride, x.PixelStride, isRun),
            Count = isRun ? Shape.Kernel.Width * _inputs : _inputs,
            RowStride = Shape.Stride.Width * x.PixelStride,
            Step = 1,
            BStep = _panel,
            CRow = y.PixelStride,
        };
        var depth = (long)Shape.Taps * _inputs;
        for (var panel = 0; panel < ForwardPanels; panel++)
        {
            var (group, first, columns) = Panel(panel, _outputs);
            for (var row = firstRow; row < endRow; row++)
            {
                var from = x.Pixel(xImage, row * Shape.Stride.Height - Shape.Padding.Top, -Shape.Padding.Left) + group * _inputs;
                kernels.MultiplyPanel(
                    block, from, packed + panel * depth * _panel, y.Pixel(yImage, row, 0) + group * _outputs + first, Shape.OutputWidth, columns);
            }
        }
    }

    // to (+)= from · B, pixel by pixel; B in panels of `depth` rows. Pixels are taken together as far as both maps have no gaps.
    private void MultiplyPixels(
        in FeatureMap from, int fromImage, int count, int depth, float* b, in FeatureMap to, int toImage, int firstRow, int endRow, bool accumulate)
    {
        nint segment = 0;
        var block = new MatrixBlock { Segments = &segment, SegmentCount = 1, RowStride = from.PixelStride, Step = 1, BStep = _panel, CRow = to.PixelStride };
        int rows = endRow - firstRow, images = count, pixels = to.Width;
        if (from.RowsJoin && to.RowsJoin)
        {
            pixels *= rows;
            rows = 1;
            if (from.ImageStride == from.Height * from.RowStride && to.ImageStride == to.Height * to.RowStride)
            {
                pixels *= images;
                images = 1;
            }
        }

        for (var start = 0; start < depth; start += SumBlock)
        {
            block.Count = Math.Min(SumBlock, depth - start);
            block.Accumulate = accumulate || start > 0;
            for (var column = 0; column < to.Channels; column += _panel)
            {
                var weights = b + ((nint)column * depth + (nint)start * _panel);
                for (var image = 0; image < images; image++)
                {
                    for (var row = 0; row < rows; row++)
                    {
                        kernels.MultiplyPanel(
                            block, from.Pixel(fromImage + image, firstRow + row, 0) + start, weights,
                            to.Pixel(toImage + image, firstRow + row, 0) + column, pixels,
                            Math.Min(_panel, to.Channels - column));
                    }
                }
            }
        }
    }

    /// <summary>dx (+)= the input gradients of a group of a 1×1 kernel's images from their output gradients.</summary>
    public void BackwardInput(in FeatureMap dy, int count, float* packedFlipped, in FeatureMap dx, int first, bool accumulate) =>
        MultiplyPixels(dy, 0, count, Shape.K, packedFlipped, dx, first, 0, Shape.Height, accumulate);

    /// <summary>dx (+)= the input gradient of one image from its framed output gradient.</summary>
    public void BackwardInput(float* framed, float* packedFlipped, in FeatureMap dx, int image, bool accumulate)
    {
        var dy = FramedOutputs(framed);
        var isRun = Shape is { Groups: 1, Dilation.Width: 1 };
        int* rows = stackalloc int[Shape.Kernel.Height], across = stackalloc int[Shape.Kernel.Width];
        var segments = stackalloc nint[Shape.Taps];
        var (stride, dilation) = (Shape.Stride, Shape.Dilation);
        var b = packedFlipped;
        for (var phase = 0; phase < stride.Height * stride.Width; phase++)
        {
            var (rowCount, acrossCount) = FillTaps(phase, rows, across);
            var y = First(phase / stride.Width, Shape.Padding.Top, stride.Height);
            var x = First(phase % stride.Width, Shape.Padding.Left, stride.Width);
            var block = new MatrixBlock
            {
                Segments = segments, SegmentCount = isRun ? rowCount : rowCount * acrossCount, Count = isRun ? acrossCount * _outputs : _outputs,
                RowStride = Shape.K, Step = 1, BStep = _panel, CRow = stride.Width * dx.PixelStride, Accumulate = accumulate,
            };
            if (rowCount * acrossCount == 0)
                block.SegmentCount = 0;
            for (var i = 0; i < block.SegmentCount; i++)
            {
                var (r, s) = isRun ? (i, 0) : (i / acrossCount, i % acrossCount);
                segments[i] = (rows[0] - rows[r]) * dilation.Height / stride.Height * dy.RowStride
                    + (across[0] - across[s]) * dilation.Width / stride.Width * dy.PixelStride;
            }

            var from = block.SegmentCount == 0 ? dy.Origin : dy.Pixel(
                0, (y + Shape.Padding.Top - rows[0] * dilation.Height) / stride.Height, (x + Shape.Padding.Left - across[0] * dilation.Width) / stride.Width);
            for (var panel = 0; panel < FlippedPanels; panel++)
            {
                var (group, first, columns) = Panel(panel, _inputs);
                var row = from + group * _outputs;
                for (var to = y; to < Shape.Height; to += stride.Height, row += dy.RowStride)
                {
                    kernels.MultiplyPanel(
                        block, row, b + (long)panel * Shape.Taps * _outputs * _panel, dx.Pixel(image, to, x) + group * _inputs + first,
                        (Shape.Width - x + stride.Width - 1) / stride.Width, columns);
                }
            }

            b += (long)rowCount * acrossCount * _outputs * _panel;
        }
    }

    // The taps under which the inputs of a phase meet outputs, the last first.
    private (int Rows, int Across) FillTaps(int phase, int* rows, int* across)
    {
        return (Fill(rows, Shape.Kernel.Height, Shape.Dilation.Height, Shape.Stride.Height, phase / Shape.Stride.Width),
            Fill(across, Shape.Kernel.Width, Shape.Dilation.Width, Shape.Stride.Width, phase % Shape.Stride.Width));

        static int Fill(int* taps, int kernel, int dilation, int stride, int remainder)
        {
            var count = 0;
            for (var tap = kernel - 1; tap >= 0; tap--)
            {
                if (tap * dilation % stride == remainder)
                    taps[count++] = tap;
            }

            return count;
        }
    }

    // The first input of a phase: what it lies after the padding leaves the remainder when divided by the stride.
    private static int First(int remainder, int padding, int stride) => ((remainder - padding) % stride + stride) % stride;

    /// <summary>The inputs of a group of a 1×1 kernel's images, in one straight run: pixels that must not meet in the same cache sets.</summary>
    public void Gather(in FeatureMap x, int first, int count, float* inputs)
    {
        for (var image = first; image < first + count; image++)
        {
            for (var row = 0; row < x.Height; row++)
            {
                var from = x.Pixel(image, row, 0);
                for (var column = 0; column < x.Width; column++, from += x.PixelStride, inputs += Shape.C + Pad)
                    VectorKernels.Copy(from, inputs, Shape.C);
            }
        }
    }

    /// <summary>
    /// dw += the weight gradient of <paramref name="count"/> images of a 1×1 kernel: [C, K] = Σ over pixels of input (transposed) times output gradient.
    /// </summary>
    /// <param name="inputs">The images' inputs, as <see cref="Gather"/> lays them out.</param>
    /// <param name="dy">The images' output gradients, as <see cref="Outputs"/> lays them out.</param>
    public void AddWeightGradient(float* inputs, int count, in FeatureMap dy, float* dw)
    {
        nint segment = 0;
        var block = new MatrixBlock
        {
            Segments = &segment,
            SegmentCount = 1,
            Count = count * Shape.OutputPixels,
            RowStride = 1,
            Step = Shape.C + Pad,
            BStep = dy.PixelStride,
            CRow = Shape.K,
            Accumulate = true,
        };
        for (var column = 0; column < Shape.K; column += _panel)
            kernels.MultiplyPanel(block, inputs, dy.Origin + column, dw + column, Shape.C, Math.Min(_panel, Shape.K - column));
    }

    /// <summary>dw += the weight gradient of one image: [taps · C, K] = Σ over output pixels of input (transposed) times output gradient.</summary>
    /// <param name="dy">The image's output gradients, as <see cref="Outputs"/> lays them out.</param>
    public void AddWeightGradient(in FeatureMap x, int image, in FeatureMap dy, float* dw)
    {
        // Rows are the inputs under one kernel row (or tap), the sum runs over the output pixels: a segment for each output row.
        var isRun = IsRun(x);
        var segments = stackalloc nint[Shape.OutputHeight];
        for (var row = 0; row < Shape.OutputHeight; row++)
            segments[row] = row * Shape.Stride.Height * x.RowStride;
        if (dy.RowStride != Shape.OutputWidth * dy.PixelStride)
            throw new InvalidOperationException("The output gradient of a weight gradient has no gaps between its rows.");
        var block = new MatrixBlock
        {
            Segments = segments,
            SegmentCount = Shape.OutputHeight,
            Count = Shape.OutputWidth,
            RowStride = 1,
            Step = Shape.Stride.Width * x.PixelStride,
            BStep = dy.PixelStride,
            CRow = Shape.K,
            Accumulate = true,
        };
        var (_, width) = Shape.Kernel;
        var runs = isRun ? Shape.Kernel.Height : Shape.Taps;
        var runLength = isRun ? width * _inputs : _inputs;
        for (var panel = 0; panel < ForwardPanels; panel++)
        {
            var (group, first, columns) = Panel(panel, _outputs);
            var column = group * _outputs + first;
            for (var run = 0; run < runs; run++)
            {
                var (r, s) = isRun ? (run, 0) : (run / width, run % width);
                var from = x.Pixel(image, r * Shape.Dilation.Height - Shape.Padding.Top, s * Shape.Dilation.Width - Shape.Padding.Left) + group * _inputs;
                kernels.MultiplyPanel(block, from, dy.Origin + column, dw + (long)run * runLength * Shape.K + column, runLength, columns);
            }
        }
    }

    // Where pixels lie side by side, all their channels in one group, a whole kernel row is one run of S · C terms.
    private bool IsRun(in FeatureMap x) => x.PixelStride == _inputs && Shape.Dilation.Width == 1;

    private int FillSegments(nint* segments, nint rowStride, nint pixelStride, bool isRun)
    {
        var count = 0;
        for (var r = 0; r < Shape.Kernel.Height; r++)
        {
            var row = r * Shape.Dilation.Height * rowStride;
            if (isRun)
            {
                segments[count++] = row;
                continue;
            }

            for (var s = 0; s < Shape.Kernel.Width; s++)
                segments[count++] = row + s * Shape.Dilation.Width * pixelStride;
        }

        return count;
    }

    private int Panels(int channels) => (channels + _panel - 1) / _panel;

    // Of a group's channels, those of the panel.
    private (int Group, int First, int Columns) Panel(int panel, int channels)
    {
        var (group, own) = Math.DivRem(panel, Panels(channels));
        return (group, own * _panel, Math.Min(_panel, channels - own * _panel));
    }
}
