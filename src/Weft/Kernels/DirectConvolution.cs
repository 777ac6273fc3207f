namespace Weft.Kernels;

/// <summary>The sizes of a convolution. N batch, C input channels, K output channels, R kernel rows and columns.</summary>
internal readonly record struct ConvolutionShape(int C, int K, int R, int Stride, int Padding, int Height, int Width, int OutputHeight, int OutputWidth)
{
    public int Taps => R * R;

    public long WeightCount => (long)Taps * C * K;

    public int OutputPixels => OutputHeight * OutputWidth;

    public long FlopsPerImage => 2L * OutputPixels * Taps * C * K;

    /// <summary>Rows and columns of zeros that a kernel reads below and right of the image.</summary>
    public int HaloAfter => Math.Max(0, Math.Max((OutputHeight - 1) * Stride + R - Padding - Height, (OutputWidth - 1) * Stride + R - Padding - Width));
}

/// <summary>
/// Convolution as sums of shifted matrix products, any kernel, stride and padding: a row of output pixels is a block of matrix rows, each kernel row a
/// segment of the sum, nothing is copied or rearranged but the weights. One image at a time; the caller spreads images over workers.
/// </summary>
/// <remarks>
/// Weights lie as [R, R, C, K]. The input gradient is the convolution of the output gradient, stretched by the stride and framed with zeros, with the
/// kernel turned by 180° and its channels swapped.
/// </remarks>
internal sealed unsafe class DirectConvolution(ConvolutionShape shape, VectorKernels kernels)
{
    private readonly int _panel = kernels.PanelWidth;

    public ConvolutionShape Shape { get; } = shape;

    /// <summary>Floats of the weights packed for the forward pass: panels [K/panel][taps · C][panel], the last one filled up with zeros.</summary>
    public long PackedLength => (long)Panels(Shape.K) * Shape.Taps * Shape.C * _panel;

    /// <summary>As <see cref="PackedLength"/>, for the input gradient: [C/panel][taps · K][panel].</summary>
    public long PackedTurnedLength => (long)Panels(Shape.C) * Shape.Taps * Shape.K * _panel;

    public int ForwardPanels => Panels(Shape.K);

    public int TurnedPanels => Panels(Shape.C);

    /// <summary>Floats of the stretched and framed output gradient of one image.</summary>
    public long FramedLength => FeatureMap.ImageLength(StretchedHeight, StretchedWidth, Shape.K, FrameBefore, FrameAfter) + Slack;

    // A partial panel of columns reads up to a panel past the last element.
    private const int Slack = 64;

    private int StretchedHeight => (Shape.OutputHeight - 1) * Shape.Stride + 1;

    private int StretchedWidth => (Shape.OutputWidth - 1) * Shape.Stride + 1;

    private int FrameBefore => Shape.R - 1 - Shape.Padding;

    // Input rows that no output reached (a stride that does not divide) still need their zero gradient.
    private int FrameAfter => Math.Max(Shape.Height + Shape.R - 1 - StretchedHeight - FrameBefore, Shape.Width + Shape.R - 1 - StretchedWidth - FrameBefore);

    /// <summary>The framed image as a map of output-gradient pixels: writing pixel (y, x) puts it at its stretched place.</summary>
    public FeatureMap FramedOutputs(float* memory)
    {
        var map = FeatureMap.Over(memory, StretchedHeight, StretchedWidth, Shape.K, Math.Max(FrameBefore, 0), Math.Max(FrameAfter, 0));
        map.Height = Shape.OutputHeight;
        map.Width = Shape.OutputWidth;
        map.PixelStride *= Shape.Stride;
        map.RowStride *= Shape.Stride;
        return map;
    }

    public void Pack(float* weight, float* packed, int panel)
    {
        var depth = Shape.Taps * Shape.C;
        var first = panel * _panel;
        var columns = Math.Min(_panel, Shape.K - first);
        var to = packed + (long)panel * depth * _panel;
        for (var p = 0; p < depth; p++, to += _panel)
        {
            VectorKernels.Copy(weight + (long)p * Shape.K + first, to, columns);
            if (columns < _panel)
                new Span<float>(to + columns, _panel - columns).Clear();
        }
    }

    public void PackTurned(float* weight, float* packed, int panel)
    {
        var first = panel * _panel;
        var columns = Math.Min(_panel, Shape.C - first);
        var to = packed + (long)panel * Shape.Taps * Shape.K * _panel;
        for (var tap = Shape.Taps - 1; tap >= 0; tap--)
        {
            kernels.Transpose(weight + ((long)tap * Shape.C + first) * Shape.K, Shape.K, columns, Shape.K, to, _panel);
            if (columns < _panel)
            {
                for (var k = 0; k < Shape.K; k++)
                    new Span<float>(to + k * _panel + columns, _panel - columns).Clear();
            }

            to += (long)Shape.K * _panel;
        }
    }

    /// <summary>y = conv(x) of rows firstRow … endRow − 1 of one image, without the bias. <paramref name="x"/> has the halo that padding asks for.</summary>
    public void Forward(in FeatureMap x, int xImage, float* packed, in FeatureMap y, int yImage, int firstRow, int endRow)
    {
        // Where pixels lie side by side a whole kernel row is one run of R · C terms.
        var isRun = x.PixelStride == x.Channels;
        var segments = stackalloc nint[Shape.Taps];
        var count = FillSegments(segments, x, isRun);
        var block = new MatrixBlock
        {
            Segments = segments,
            SegmentCount = count,
            Count = isRun ? Shape.R * Shape.C : Shape.C,
            RowStride = Shape.Stride * x.PixelStride,
            Step = 1,
            BStep = _panel,
            CRow = y.PixelStride,
        };
        // A 1×1 kernel over rows that join: all rows are one.
        var joined = Shape.R == 1 && Shape.Stride == 1 && Shape.Padding == 0 && x.RowsJoin && y.RowsJoin;
        var depth = (long)Shape.Taps * Shape.C;
        for (var panel = 0; panel < ForwardPanels; panel++)
        {
            var first = panel * _panel;
            var columns = Math.Min(_panel, Shape.K - first);
            var b = packed + panel * depth * _panel;
            if (joined)
            {
                kernels.MultiplyPanel(block, x.Pixel(xImage, firstRow, 0), b, y.Pixel(yImage, firstRow, 0) + first, (endRow - firstRow) * Shape.OutputWidth, columns);
                continue;
            }

            for (var row = firstRow; row < endRow; row++)
            {
                var from = x.Pixel(xImage, row * Shape.Stride - Shape.Padding, -Shape.Padding);
                kernels.MultiplyPanel(block, from, b, y.Pixel(yImage, row, 0) + first, Shape.OutputWidth, columns);
            }
        }
    }

    /// <summary>dx (+)= the input gradient of one image from its framed output gradient.</summary>
    public void BackwardInput(float* framed, float* packedTurned, in FeatureMap dx, int image, bool accumulate)
    {
        nint rowLength = (StretchedWidth + Math.Max(FrameBefore, 0) + Math.Max(FrameAfter, 0)) * (nint)Shape.K;
        // A padding wider than the kernel's reach means that the outermost outputs saw only zeros.
        var skip = Math.Max(-FrameBefore, 0);
        var segments = stackalloc nint[Shape.R];
        for (var r = 0; r < Shape.R; r++)
            segments[r] = r * rowLength;
        var block = new MatrixBlock
        {
            Segments = segments,
            SegmentCount = Shape.R,
            Count = Shape.R * Shape.K,
            RowStride = Shape.K,
            Step = 1,
            BStep = _panel,
            CRow = dx.PixelStride,
            Accumulate = accumulate,
        };
        var joined = Shape.R == 1 && rowLength == Shape.Width * (nint)Shape.K && dx.RowsJoin && skip == 0;
        var depth = (long)Shape.Taps * Shape.K;
        for (var panel = 0; panel < TurnedPanels; panel++)
        {
            var first = panel * _panel;
            var columns = Math.Min(_panel, Shape.C - first);
            var b = packedTurned + panel * depth * _panel;
            if (joined)
            {
                kernels.MultiplyPanel(block, framed, b, dx.Image(image) + first, Shape.Height * Shape.Width, columns);
                continue;
            }

            for (var row = 0; row < Shape.Height; row++)
                kernels.MultiplyPanel(block, framed + (row + skip) * rowLength + skip * Shape.K, b, dx.Pixel(image, row, 0) + first, Shape.Width, columns);
        }
    }

    /// <summary>dw += the weight gradient of one image: [taps · C, K] = Σ over output pixels of input (transposed) times output gradient.</summary>
    public void AddWeightGradient(in FeatureMap x, int xImage, in FeatureMap dy, float* dw)
    {
        // Rows are the inputs under one kernel row (or tap), the sum runs over the output pixels: a segment for each output row.
        var isRun = x.PixelStride == x.Channels;
        var segments = stackalloc nint[Shape.OutputHeight];
        for (var row = 0; row < Shape.OutputHeight; row++)
            segments[row] = row * Shape.Stride * x.RowStride;
        if (dy.RowStride != Shape.OutputWidth * dy.PixelStride)
            throw new InvalidOperationException("The output gradient of a weight gradient has no gaps between its rows.");
        var block = new MatrixBlock
        {
            Segments = segments,
            SegmentCount = Shape.OutputHeight,
            Count = Shape.OutputWidth,
            RowStride = 1,
            Step = Shape.Stride * x.PixelStride,
            BStep = dy.PixelStride,
            CRow = Shape.K,
            Accumulate = true,
        };
        var runs = isRun ? Shape.R : Shape.Taps;
        var runLength = isRun ? Shape.R * Shape.C : Shape.C;
        for (var first = 0; first < Shape.K; first += _panel)
        {
            var columns = Math.Min(_panel, Shape.K - first);
            for (var run = 0; run < runs; run++)
            {
                var (r, s) = isRun ? (run, 0) : (run / Shape.R, run % Shape.R);
                var from = x.Pixel(xImage, r - Shape.Padding, s - Shape.Padding);
                kernels.MultiplyPanel(block, from, dy.Origin + first, dw + (long)run * runLength * Shape.K + first, runLength, columns);
            }
        }
    }

    private int FillSegments(nint* segments, in FeatureMap x, bool isRun)
    {
        var count = 0;
        for (var r = 0; r < Shape.R; r++)
        {
            if (isRun)
            {
                segments[count++] = r * x.RowStride;
                continue;
            }

            for (var s = 0; s < Shape.R; s++)
                segments[count++] = r * x.RowStride + s * x.PixelStride;
        }

        return count;
    }

    private int Panels(int columns) => (columns + _panel - 1) / _panel;
}
