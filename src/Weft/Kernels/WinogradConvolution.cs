using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>
/// 3×3 convolution of stride 1 through <see cref="WinogradPoints"/>: 36 matrix products over tiles instead of 9 over pixels, a quarter of the
/// multiplications. Tiles of a few images at a time go through transform, products and back-transform while they are in the cache.
/// </summary>
/// <remarks>
/// Products p of a block of tiles lie as [p][tile][channel], each tile's channels padded by one vector of 512 bits: power-of-two strides would map the
/// tiles of a block to a handful of cache sets. Transformed kernels lie as [p][panel of K][C][panel], and turned for the input gradient as [p][panel of C][K][panel].
/// </remarks>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>Channels come in whole vectors of the widest kind.</summary>
    public const int ChannelMultiple = 16;

    // Matrix rows for the micro-kernel, and reuse of the transformed kernels, want many tiles; the cache wants few. 48 is three 14×14 images or one 28×28.
    private const int TilesPerGroup = 48;

    // Tiles whose products wait for the weight gradient between two barriers: enough to make the sums long, few enough to stay in the last-level cache.
    private const int TilesPerChunk = 512;

    // Terms of the weight gradient's sums in one micro-kernel call: its operand panel fills half of a first-level cache.
    private const int SumBlock = 256;

    private const int Pad = 16;

    private readonly ConvolutionShape _shape;
    private readonly VectorKernels _kernels;
    private readonly int _panel;
    private readonly int _tilesY;
    private readonly int _tilesX;

    public WinogradConvolution(ConvolutionShape shape, VectorKernels kernels, int batchSize)
    {
        _shape = shape;
        _kernels = kernels;
        _panel = kernels.PanelWidth;
        _tilesY = (shape.OutputHeight + Outputs - 1) / Outputs;
        _tilesX = (shape.OutputWidth + Outputs - 1) / Outputs;
        GroupImages = Math.Clamp(TilesPerGroup / TilesPerImage, 1, batchSize);
        ChunkImages = Math.Min(batchSize, Math.Max(1, TilesPerChunk / (TilesPerImage * GroupImages)) * GroupImages);
    }

    public static bool Fits(in ConvolutionShape shape) =>
        shape is { R: 3, Stride: 1, Padding: <= 2 } && shape.C % ChannelMultiple == 0 && shape.K % ChannelMultiple == 0;

    public int TilesPerImage => _tilesY * _tilesX;

    /// <summary>Images whose tiles are multiplied together.</summary>
    public int GroupImages { get; }

    /// <summary>Images between two barriers of the backward pass.</summary>
    public int ChunkImages { get; }

    /// <summary>Rows and columns of zeros the input needs below and right: the last tiles reach over the edge.</summary>
    public int HaloAfter => Math.Max(Inputs + (Math.Max(_tilesY, _tilesX) - 1) * Outputs - _shape.Padding - Math.Min(_shape.Height, _shape.Width), 0);

    public long RealFlopsPerImage => 2L * Products * TilesPerImage * _shape.C * _shape.K;

    public long KernelLength => (long)Products * _shape.C * Panels(_shape.K) * _panel;

    public long TurnedKernelLength => (long)Products * _shape.K * Panels(_shape.C) * _panel;

    public long ProductGradientLength => (long)Products * _shape.C * _shape.K;

    /// <summary>Floats of a worker's scratch in the forward pass.</summary>
    public long ForwardScratch => Products * (Plane(GroupTiles, _shape.C) + Plane(GroupTiles, _shape.K)) + TileLength(_shape.K);

    /// <summary>Floats of a worker's scratch in the backward pass.</summary>
    public long BackwardScratch => Products * Plane(GroupTiles, _shape.C) + OutputFrameLength + InputFrameLength;

    /// <summary>Floats of each side's products of a chunk: V (C channels) and dM (K channels).</summary>
    public long ChunkInputLength => Products * Plane(ChunkTiles, _shape.C);

    public long ChunkOutputLength => Products * Plane(ChunkTiles, _shape.K);

    private int GroupTiles => GroupImages * TilesPerImage;

    private int ChunkTiles => ChunkImages * TilesPerImage;

    private long OutputFrameLength => (long)_tilesY * _tilesX * Outputs * Outputs * _shape.K;

    private long InputFrameLength => (long)FrameHeight * FrameWidth * _shape.C;

    private int FrameHeight => _tilesY * Outputs + 2;

    private int FrameWidth => _tilesX * Outputs + 2;

    /// <summary>U of input channel <paramref name="c"/> from weights [R, R, C, K].</summary>
    public void TransformKernel(float* weight, float* u, int c) => TransformKernel(weight, u, c, _shape.C, _shape.K);

    /// <summary>U for the input gradient, of output channel <paramref name="k"/>, from turned weights [R, R, K, C].</summary>
    public void TransformTurnedKernel(float* turned, float* u, int k) => TransformKernel(turned, u, k, _shape.K, _shape.C);

    /// <summary>Output images first … first + count − 1 (at most <see cref="GroupImages"/>) without bias.</summary>
    public void Forward(in FeatureMap x, int first, int count, float* u, in FeatureMap y, int yFirst, float* scratch)
    {
        nint plane = Plane(GroupTiles, _shape.C), outPlane = Plane(GroupTiles, _shape.K);
        float* v = scratch, m = v + Products * plane, tile = m + Products * outPlane;
        for (var i = 0; i < count; i++)
            TransformImage(x, first + i, v + (long)i * TilesPerImage * Padded(_shape.C), plane);
        MultiplyPlanes(v, plane, _shape.C, u, m, outPlane, _shape.K, count * TilesPerImage);
        for (var i = 0; i < count; i++)
            TransformBack(m + (long)i * TilesPerImage * Padded(_shape.K), outPlane, y, yFirst + i, tile);
    }

    /// <summary>The frame of an output gradient in a worker's scratch: to be filled before <see cref="BackwardImage"/>; its edge must be zero.</summary>
    public FeatureMap OutputFrame(float* scratch)
    {
        var frame = FeatureMap.Over(scratch + Products * Plane(GroupTiles, _shape.C), _tilesY * Outputs, _tilesX * Outputs, _shape.K);
        frame.Height = _shape.OutputHeight;
        frame.Width = _shape.OutputWidth;
        return frame;
    }

    /// <summary>Zeroes what the frame has beyond the image.</summary>
    public void ClearFrameEdge(in FeatureMap frame)
    {
        var edge = (_tilesX * Outputs - frame.Width) * frame.PixelStride;
        for (var y = 0; y < frame.Height && edge > 0; y++)
            new Span<float>(frame.Pixel(0, y, frame.Width), (int)edge).Clear();
        for (var y = frame.Height; y < _tilesY * Outputs; y++)
            new Span<float>(frame.Pixel(0, y, 0), (int)frame.RowStride).Clear();
    }

    /// <summary>V and dM of image <paramref name="image"/> (place <paramref name="place"/> of its chunk) from its input and its framed output gradient.</summary>
    public void BackwardImage(in FeatureMap x, int image, int place, in FeatureMap frame, float* chunkV, float* chunkM)
    {
        nint plane = Plane(ChunkTiles, _shape.C), outPlane = Plane(ChunkTiles, _shape.K);
        TransformImage(x, image, chunkV + (long)place * TilesPerImage * Padded(_shape.C), plane);
        var to = chunkM + (long)place * TilesPerImage * Padded(_shape.K);
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, to += Padded(_shape.K))
                _kernels.TransformOutputGradient(frame.Pixel(0, ty * Outputs, tx * Outputs), frame.RowStride, frame.PixelStride, to, outPlane, _shape.K);
        }
    }

    /// <summary>dx (+)= the input gradient of <paramref name="count"/> images from their dM.</summary>
    public void BackwardInput(float* chunkM, int place, float* turnedU, in FeatureMap dx, int first, int count, bool accumulate, float* scratch)
    {
        nint plane = Plane(GroupTiles, _shape.C), outPlane = Plane(ChunkTiles, _shape.K);
        var from = chunkM + (long)place * TilesPerImage * Padded(_shape.K);
        MultiplyPlanes(from, outPlane, _shape.K, turnedU, scratch, plane, _shape.C, count * TilesPerImage);
        var frame = FeatureMap.Over(scratch + Products * plane + OutputFrameLength, FrameHeight, FrameWidth, _shape.C);
        for (var i = 0; i < count; i++)
        {
            new Span<float>(frame.Origin, (int)InputFrameLength).Clear();
            var dv = scratch + (long)i * TilesPerImage * Padded(_shape.C);
            for (var ty = 0; ty < _tilesY; ty++)
            {
                for (var tx = 0; tx < _tilesX; tx++, dv += Padded(_shape.C))
                    _kernels.TransformInputGradient(dv, plane, frame.Pixel(0, ty * Outputs, tx * Outputs), frame.RowStride, frame.PixelStride, _shape.C);
            }

            CopyFrame(frame, dx, first + i, accumulate);
        }
    }

    /// <summary>Tasks of <see cref="AddProductGradient"/>.</summary>
    public int ProductGradientTasks => Products * Panels(_shape.K);

    /// <summary>dU (+)= Vᵀ dM over the tiles of a chunk, for one product and one panel of K.</summary>
    public void AddProductGradient(float* chunkV, float* chunkM, int images, float* du, int task, bool accumulate)
    {
        var (product, panel) = Math.DivRem(task, Panels(_shape.K));
        nint segment = 0;
        var first = panel * _panel;
        var columns = Math.Min(_panel, _shape.K - first);
        var v = chunkV + product * Plane(ChunkTiles, _shape.C);
        var m = chunkM + product * Plane(ChunkTiles, _shape.K) + first;
        var tiles = images * TilesPerImage;
        for (var t = 0; t < tiles; t += SumBlock)
        {
            var block = new MatrixBlock
            {
                Segments = &segment,
                SegmentCount = 1,
                Count = Math.Min(SumBlock, tiles - t),
                RowStride = 1,
                Step = Padded(_shape.C),
                BStep = Padded(_shape.K),
                CRow = _shape.K,
                Accumulate = accumulate || t > 0,
            };
            _kernels.MultiplyPanel(
                block, v + t * Padded(_shape.C), m + t * Padded(_shape.K), du + (long)product * _shape.C * _shape.K + first, _shape.C, columns);
        }
    }

    /// <summary>The weight gradient [R, R, C, K] of input channel <paramref name="c"/> from dU.</summary>
    public void TransformKernelGradient(float* du, float* dw, int c)
    {
        nint plane = (nint)_shape.C * _shape.K, row = (nint)c * _shape.K;
        _kernels.TransformKernelGradient(du + row, plane, dw + row, plane, _shape.K);
    }

    private void TransformKernel(float* weight, float* u, int row, int rows, int columns)
    {
        for (var panel = 0; panel < Panels(columns); panel++)
        {
            var first = panel * _panel;
            _kernels.TransformKernel(
                weight + (long)row * columns + first, (nint)rows * columns, u + ((long)panel * rows + row) * _panel,
                (nint)Panels(columns) * rows * _panel, Math.Min(_panel, columns - first));
        }
    }

    private void TransformImage(in FeatureMap x, int image, float* v, nint plane)
    {
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, v += Padded(_shape.C))
            {
                var from = x.Pixel(image, ty * Outputs - _shape.Padding, tx * Outputs - _shape.Padding);
                _kernels.TransformInput(from, x.RowStride, x.PixelStride, v, plane, _shape.C);
            }
        }
    }

    private void TransformBack(float* m, nint plane, in FeatureMap y, int image, float* tile)
    {
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, m += Padded(_shape.K))
            {
                int rows = Math.Min(Outputs, _shape.OutputHeight - ty * Outputs), columns = Math.Min(Outputs, _shape.OutputWidth - tx * Outputs);
                var to = y.Pixel(image, ty * Outputs, tx * Outputs);
                if (rows == Outputs && columns == Outputs)
                {
                    _kernels.TransformOutput(m, plane, null, to, y.RowStride, y.PixelStride, _shape.K);
                    continue;
                }

                // A tile over the edge: compute it whole aside and keep what is inside.
                _kernels.TransformOutput(m, plane, null, tile, Outputs * _shape.K, _shape.K, _shape.K);
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                        VectorKernels.Copy(tile + (row * Outputs + column) * _shape.K, to + row * y.RowStride + column * y.PixelStride, _shape.K);
                }
            }
        }
    }

    private void CopyFrame(in FeatureMap frame, in FeatureMap dx, int image, bool accumulate)
    {
        for (var row = 0; row < dx.Height; row++)
        {
            var from = frame.Pixel(0, row + _shape.Padding, _shape.Padding);
            var to = dx.Pixel(image, row, 0);
            if (dx.PixelStride == dx.Channels && !accumulate)
            {
                VectorKernels.Copy(from, to, (nint)dx.Width * dx.Channels);
                continue;
            }

            for (var column = 0; column < dx.Width; column++)
            {
                if (accumulate)
                    _kernels.Add(from + column * frame.PixelStride, to + column * dx.PixelStride, dx.Channels);
                else
                    VectorKernels.Copy(from + column * frame.PixelStride, to + column * dx.PixelStride, dx.Channels);
            }
        }
    }

    // For each product: C[tiles, columns] = A[tiles, depth] · B[depth, columns].
    private void MultiplyPlanes(float* a, nint aPlane, int depth, float* b, float* c, nint cPlane, int columns, int tiles)
    {
        nint segment = 0;
        var block = new MatrixBlock
        {
            Segments = &segment,
            SegmentCount = 1,
            Count = depth,
            RowStride = Padded(depth),
            Step = 1,
            BStep = _panel,
            CRow = Padded(columns),
        };
        for (var product = 0; product < Products; product++)
        {
            for (var first = 0; first < columns; first += _panel, b += (long)depth * _panel)
                _kernels.MultiplyPanel(block, a + product * aPlane, b, c + product * cPlane + first, tiles, Math.Min(_panel, columns - first));
        }
    }

    private int Panels(int columns) => (columns + _panel - 1) / _panel;

    private static int Padded(int channels) => channels + Pad;

    private static long TileLength(int channels) => (long)Outputs * Outputs * channels;

    // One more line than the tiles take: planes a multiple of 4 KB apart would collide.
    private static nint Plane(int tiles, int channels) => (nint)tiles * Padded(channels) + Pad;
}
