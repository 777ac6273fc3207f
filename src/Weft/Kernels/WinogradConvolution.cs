using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>
/// 3×3 convolution of stride 1 through <see cref="WinogradPoints"/>: 36 matrix products over tiles instead of 9 over pixels, a quarter of the
/// multiplications. Tiles of a few images at a time go through transform, products and back-transform while they are in the cache.
/// </summary>
/// <remarks>
/// The tiles of a block lie as [p][tile][channel], p being the product, each tile's channels padded by a cache line: power-of-two strides would map all
/// tiles to a handful of cache sets. Transformed kernels lie as [block of columns][p][panel of two vectors][depth][panel width].
/// </remarks>
internal sealed unsafe class WinogradConvolution
{
    /// <summary>Channels come in whole vectors of the widest kind.</summary>
    public const int ChannelMultiple = 16;

    // Tiles that go through transform, products and back-transform together: enough to reuse a transformed kernel that streams from the last-level cache,
    // few enough that the group's V and one block of columns of M stay in a second-level cache of 2 MB.
    private const int TilesPerGroup = 64;

    // Output channels that are multiplied and transformed back at a time.
    private const int ColumnBlock = 64;

    // Tiles whose products wait for the weight gradient between two barriers: enough to make the sums long, few enough to stay in the last-level cache.
    private const int TilesPerChunk = 512;

    // Terms of the weight gradient's sums in one micro-kernel call: its two operand panels stay in a first-level cache.
    private const int SumBlock = 128;

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
    public int HaloAfter => Math.Max(Math.Max(FrameHeight - _shape.Height, FrameWidth - _shape.Width) - _shape.Padding, 0);

    public long RealFlopsPerImage => 2L * Products * TilesPerImage * _shape.C * _shape.K;

    public long KernelLength => (long)Products * _shape.C * Panels(_shape.K) * _panel;

    public long TurnedKernelLength => (long)Products * _shape.K * Panels(_shape.C) * _panel;

    public long ProductGradientLength => (long)Products * _shape.C * _shape.K;

    /// <summary>Floats of a worker's scratch in the forward pass.</summary>
    public long ForwardScratch => PlanesLength(GroupTiles, _shape.C) + PlanesLength(GroupTiles, BlockColumns(_shape.K)) + Outputs * Outputs * ColumnBlock;

    /// <summary>Floats of a worker's scratch in the backward pass.</summary>
    public long BackwardScratch => OutputFrameLength + PlanesLength(GroupTiles, BlockColumns(_shape.C)) + InputFrameLength;

    /// <summary>Floats of a worker's scratch in <see cref="AddProductGradient"/>.</summary>
    public long ProductGradientScratch => (long)SumBlock * (_shape.C + Panels(_shape.K) * _panel);

    /// <summary>Floats of each side's products of a chunk: V (C channels) and dM (K channels).</summary>
    public long ChunkInputLength => PlanesLength(ChunkTiles, _shape.C);

    public long ChunkOutputLength => PlanesLength(ChunkTiles, _shape.K);

    /// <summary>Tasks of <see cref="AddProductGradient"/>.</summary>
    public int ProductGradientTasks => Products * ColumnParts;

    // A task has a whole product, or half of one so that wide layers feed more workers.
    private int ColumnParts => Panels(_shape.K) >= 4 ? 2 : 1;

    private int GroupTiles => GroupImages * TilesPerImage;

    private int ChunkTiles => ChunkImages * TilesPerImage;

    private long OutputFrameLength => (long)_tilesY * _tilesX * Outputs * Outputs * _shape.K;

    private long InputFrameLength => (long)FrameHeight * FrameWidth * BlockColumns(_shape.C);

    private int FrameHeight => _tilesY * Outputs + 2;

    private int FrameWidth => _tilesX * Outputs + 2;

    /// <summary>U of input channel <paramref name="c"/> from weights [R, R, C, K].</summary>
    public void TransformKernel(float* weight, float* u, int c) => TransformKernel(weight, u, c, _shape.C, _shape.K);

    /// <summary>U for the input gradient, of output channel <paramref name="k"/>, from turned weights [R, R, K, C].</summary>
    public void TransformTurnedKernel(float* turned, float* u, int k) => TransformKernel(turned, u, k, _shape.K, _shape.C);

    /// <summary>Output images yFirst … of input images first … first + count − 1 (at most <see cref="GroupImages"/>), without bias.</summary>
    public void Forward(in FeatureMap x, int first, int count, float* u, in FeatureMap y, int yFirst, float* scratch)
    {
        float* v = scratch, m = v + PlanesLength(GroupTiles, _shape.C), tile = m + PlanesLength(GroupTiles, BlockColumns(_shape.K));
        for (var i = 0; i < count; i++)
            TransformImage(x, first + i, v, GroupTiles, i);
        for (var column = 0; column < _shape.K; column += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, _shape.K - column);
            Multiply(v, GroupTiles, 0, _shape.C, u, m, column, columns, count * TilesPerImage);
            for (var i = 0; i < count; i++)
                TransformBack(m, columns, i, y.Slice(column, columns), yFirst + i, tile);
        }
    }

    /// <summary>The frame of an output gradient in a worker's scratch: to be filled before <see cref="BackwardImage"/>; its edge must be zero.</summary>
    public FeatureMap OutputFrame(float* scratch)
    {
        var frame = FeatureMap.Over(scratch, _tilesY * Outputs, _tilesX * Outputs, _shape.K);
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
        TransformImage(x, image, chunkV, ChunkTiles, place);
        nint plane = Plane(ChunkTiles, _shape.K), tile = Padded(_shape.K);
        var to = chunkM + place * TilesPerImage * tile;
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, to += tile)
                _kernels.TransformOutputGradient(frame.Pixel(0, ty * Outputs, tx * Outputs), frame.RowStride, frame.PixelStride, to, plane, _shape.K);
        }
    }

    /// <summary>dx (+)= the input gradient of <paramref name="count"/> images from their dM.</summary>
    public void BackwardInput(float* chunkM, int place, float* turnedU, in FeatureMap dx, int first, int count, bool accumulate, float* scratch)
    {
        float* dv = scratch + OutputFrameLength, frameMemory = dv + PlanesLength(GroupTiles, BlockColumns(_shape.C));
        for (var column = 0; column < _shape.C; column += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, _shape.C - column);
            Multiply(chunkM, ChunkTiles, place * TilesPerImage, _shape.K, turnedU, dv, column, columns, count * TilesPerImage);
            var frame = FeatureMap.Over(frameMemory, FrameHeight, FrameWidth, columns);
            nint plane = Plane(GroupTiles, columns), tile = Padded(columns);
            for (var i = 0; i < count; i++)
            {
                new Span<float>(frameMemory, FrameHeight * FrameWidth * columns).Clear();
                var from = dv + i * TilesPerImage * tile;
                for (var ty = 0; ty < _tilesY; ty++)
                {
                    for (var tx = 0; tx < _tilesX; tx++, from += tile)
                        _kernels.TransformInputGradient(from, plane, frame.Pixel(0, ty * Outputs, tx * Outputs), frame.RowStride, frame.PixelStride, columns);
                }

                CopyFrame(frame, dx.Slice(column, columns), first + i, accumulate);
            }
        }
    }

    /// <summary>dU (+)= Vᵀ dM over the tiles of a chunk, for one product and a part of the columns.</summary>
    public void AddProductGradient(float* chunkV, float* chunkM, int images, float* du, int task, bool accumulate, float* scratch)
    {
        var (product, part) = Math.DivRem(task, ColumnParts);
        nint segment = 0, tileV = Padded(_shape.C), tileM = Padded(_shape.K);
        int firstPanel = Panels(_shape.K) * part / ColumnParts, endPanel = Panels(_shape.K) * (part + 1) / ColumnParts;
        var v = chunkV + product * Plane(ChunkTiles, _shape.C);
        var m = chunkM + product * Plane(ChunkTiles, _shape.K);
        var to = du + (nint)product * _shape.C * _shape.K;
        float* rows = scratch, panels = scratch + SumBlock * _shape.C;
        var tiles = images * TilesPerImage;
        for (var t = 0; t < tiles; t += SumBlock)
        {
            var count = Math.Min(SumBlock, tiles - t);
            // Both operands come from the last-level cache: copied in one straight run each, they are then used from a near cache many times.
            for (var i = 0; i < count; i++)
                _kernels.CopyToPanels(v + (t + i) * tileV, _shape.C, rows + i * _shape.C, _panel);
            PackPanels(m + t * tileM, tileM, count, firstPanel, endPanel, panels);
            var block = new MatrixBlock
            {
                Segments = &segment,
                SegmentCount = 1,
                Count = count,
                RowStride = 1,
                Step = _shape.C,
                BStep = _panel,
                CRow = _shape.K,
                Accumulate = accumulate || t > 0,
            };
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                _kernels.MultiplyPanel(
                    block, rows, panels + (panel - firstPanel) * SumBlock * _panel, to + panel * _panel, _shape.C, Math.Min(_panel, _shape.K - panel * _panel));
            }
        }
    }

    private void PackPanels(float* m, nint tile, int count, int firstPanel, int endPanel, float* panels)
    {
        for (var i = 0; i < count; i++, m += tile)
            _kernels.CopyToPanels(m + firstPanel * _panel, Math.Min(_shape.K, endPanel * _panel) - firstPanel * _panel, panels + i * _panel, SumBlock * _panel);
    }

    /// <summary>The weight gradient [R, R, C, K] of input channel <paramref name="c"/> from dU.</summary>
    public void TransformKernelGradient(float* du, float* dw, int c)
    {
        nint plane = (nint)_shape.C * _shape.K, row = (nint)c * _shape.K;
        _kernels.TransformKernelGradient(du + row, plane, dw + row, plane, _shape.K);
    }

    private void TransformKernel(float* weight, float* u, int row, int rows, int columns)
    {
        for (var block = 0; block < columns; block += ColumnBlock)
        {
            var panels = Panels(Math.Min(ColumnBlock, columns - block));
            for (var panel = 0; panel < panels; panel++)
            {
                var first = block + panel * _panel;
                _kernels.TransformKernel(
                    weight + (nint)row * columns + first, (nint)rows * columns, KernelBlock(u, rows, block) + ((nint)panel * rows + row) * _panel,
                    (nint)panels * rows * _panel, Math.Min(_panel, columns - first));
            }
        }
    }

    // Where the transformed kernels of the columns from a block's first on begin.
    private float* KernelBlock(float* u, int rows, int column) => u + (nint)Products * rows * Panels(column) * _panel;

    internal void TransformImage(in FeatureMap x, int image, float* v, int planeTiles, int place)
    {
        nint plane = Plane(planeTiles, _shape.C), tile = Padded(_shape.C);
        v += place * TilesPerImage * tile;
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, v += tile)
            {
                var from = x.Pixel(image, ty * Outputs - _shape.Padding, tx * Outputs - _shape.Padding);
                _kernels.TransformInput(from, x.RowStride, x.PixelStride, v, plane, _shape.C);
            }
        }
    }

    internal void TransformBack(float* m, int columns, int place, in FeatureMap y, int image, float* tile)
    {
        nint plane = Plane(GroupTiles, columns);
        m += place * TilesPerImage * Padded(columns);
        for (var ty = 0; ty < _tilesY; ty++)
        {
            for (var tx = 0; tx < _tilesX; tx++, m += Padded(columns))
            {
                int height = Math.Min(Outputs, _shape.OutputHeight - ty * Outputs), width = Math.Min(Outputs, _shape.OutputWidth - tx * Outputs);
                var to = y.Pixel(image, ty * Outputs, tx * Outputs);
                if (height == Outputs && width == Outputs)
                {
                    _kernels.TransformOutput(m, plane, to, y.RowStride, y.PixelStride, columns);
                    continue;
                }

                // A tile over the edge: compute it whole aside and keep what is inside.
                _kernels.TransformOutput(m, plane, tile, Outputs * columns, columns, columns);
                for (var row = 0; row < height; row++)
                {
                    for (var column = 0; column < width; column++)
                        VectorKernels.Copy(tile + (row * Outputs + column) * columns, to + row * y.RowStride + column * y.PixelStride, columns);
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
            for (var column = 0; column < dx.Width; column++, from += frame.PixelStride, to += dx.PixelStride)
            {
                if (accumulate)
                    _kernels.Add(from, to, dx.Channels);
                else
                    VectorKernels.Copy(from, to, dx.Channels);
            }
        }
    }

    // For each product, one block of columns: C[tiles, columns] = A[tiles, depth] · U[depth, columns].
    internal void Multiply(float* a, int planeTiles, int firstTile, int depth, float* u, float* c, int column, int columns, int tiles)
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
            NextB = depth * _panel,
        };
        a += firstTile * Padded(depth);
        var b = KernelBlock(u, depth, column);
        for (var product = 0; product < Products; product++, a += Plane(planeTiles, depth), c += Plane(GroupTiles, columns))
        {
            for (var first = 0; first < columns; first += _panel, b += (nint)depth * _panel)
                _kernels.MultiplyPanel(block, a, b, c + first, tiles, Math.Min(_panel, columns - first));
        }
    }

    private int Panels(int columns) => (columns + _panel - 1) / _panel;

    private static int BlockColumns(int columns) => Math.Min(columns, ColumnBlock);

    private static nint Padded(int channels) => channels + Pad;

    // One more line than the tiles take: planes a multiple of 4 KB apart would collide.
    private static nint Plane(int tiles, int channels) => tiles * Padded(channels) + Pad;

    private static long PlanesLength(int tiles, int columns) => (long)Products * Plane(tiles, columns);
}
