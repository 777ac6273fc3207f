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

    private static readonly TileSize WholeTile = new(Outputs, Outputs);

    private readonly ConvolutionShape _shape;
    private readonly VectorKernels _kernels;
    private readonly int _panel;
    private readonly WinogradTiles _tiles;

    public WinogradConvolution(ConvolutionShape shape, VectorKernels kernels, int batchSize)
    {
        _shape = shape;
        _kernels = kernels;
        _panel = kernels.PanelWidth;
        _tiles = new WinogradTiles(shape.OutputHeight, shape.OutputWidth);
        GroupImages = Math.Clamp(TilesPerGroup / TilesPerImage, 1, batchSize);
        ChunkImages = Math.Min(batchSize, Math.Max(1, TilesPerChunk / (TilesPerImage * GroupImages)) * GroupImages);
    }

    public static bool Fits(in ConvolutionShape shape) =>
        shape is { R: 3, Stride: 1, Padding: <= 2 } && shape.C % ChannelMultiple == 0 && shape.K % ChannelMultiple == 0;

    public int TilesPerImage => _tiles.PerImage;

    /// <summary>Images whose tiles are multiplied together.</summary>
    public int GroupImages { get; }

    /// <summary>Images between two barriers of the backward pass.</summary>
    public int ChunkImages { get; }

    public long RealFlopsPerImage => 2L * _tiles.ProductsPerImage * _shape.C * _shape.K;

    public long KernelLength => (long)Products * _shape.C * Panels(_shape.K) * _panel;

    public long TurnedKernelLength => (long)Products * _shape.K * Panels(_shape.C) * _panel;

    public long ProductGradientLength => (long)Products * _shape.C * _shape.K;

    /// <summary>Floats of a worker's scratch in the forward pass.</summary>
    public long ForwardScratch => PlanesLength(GroupTiles, _shape.C) + PlanesLength(GroupTiles, BlockColumns(_shape.K));

    /// <summary>Floats of a worker's scratch in the backward pass.</summary>
    public long BackwardScratch => OutputImageLength + PlanesLength(GroupTiles, BlockColumns(_shape.C)) + InputFrameLength;

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

    private int ChunkTiles => (ChunkImages + GroupImages - 1) / GroupImages * GroupTiles;

    private long OutputImageLength => (long)_shape.OutputPixels * _shape.K;

    private long InputFrameLength => (long)FrameHeight * FrameWidth * BlockColumns(_shape.C);

    // All pixels that the tiles read, with the padding.
    private int FrameHeight => _shape.OutputHeight + 2;

    private int FrameWidth => _shape.OutputWidth + 2;

    /// <summary>U of input channel <paramref name="c"/> from weights [R, R, C, K].</summary>
    public void TransformKernel(float* weight, float* u, int c) => TransformKernel(weight, u, c, _shape.C, _shape.K);

    /// <summary>U for the input gradient, of output channel <paramref name="k"/>, from turned weights [R, R, K, C].</summary>
    public void TransformTurnedKernel(float* turned, float* u, int k) => TransformKernel(turned, u, k, _shape.K, _shape.C);

    /// <summary>Output images yFirst … of input images first … first + count − 1 (at most <see cref="GroupImages"/>), without bias.</summary>
    public void Forward(in FeatureMap x, int first, int count, float* u, in FeatureMap y, int yFirst, float* scratch)
    {
        float* v = scratch, m = v + PlanesLength(GroupTiles, _shape.C);
        for (var i = 0; i < count; i++)
            TransformImage(x, first + i, v, GroupTiles, i, count);
        for (var column = 0; column < _shape.K; column += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, _shape.K - column);
            Multiply(v, GroupTiles, _shape.C, u, m, column, columns, count);
            for (var i = 0; i < count; i++)
                TransformBack(m, columns, i, count, y.Slice(column, columns), yFirst + i);
        }
    }

    /// <summary>An output gradient in a worker's scratch: to be filled before <see cref="BackwardImage"/>.</summary>
    public FeatureMap OutputImage(float* scratch) => FeatureMap.Over(scratch, _shape.OutputHeight, _shape.OutputWidth, _shape.K);

    /// <summary>V and dM of image <paramref name="image"/> from its input and its output gradient.</summary>
    /// <param name="group">Its group's number in the chunk.</param>
    /// <param name="place">Its place in the group.</param>
    /// <param name="count">Images in the group.</param>
    public void BackwardImage(in FeatureMap x, int image, int group, int place, int count, in FeatureMap gradient, float* chunkV, float* chunkM)
    {
        TransformImage(x, image, chunkV + group * GroupTiles * Padded(_shape.C), ChunkTiles, place, count);
        nint plane = Plane(ChunkTiles, _shape.K), tileLength = Padded(_shape.K);
        chunkM += group * GroupTiles * tileLength;
        for (var i = 0; i < TilesPerImage; i++)
        {
            var tile = _tiles.Tile(i, place, count);
            float* from = gradient.Pixel(0, tile.Y, tile.X), to = chunkM + tile.Position * tileLength;
            if (tile.Size == WholeTile)
                _kernels.TransformOutputGradient(from, gradient.RowStride, gradient.PixelStride, to, plane, _shape.K);
            else
                _kernels.TransformOutputGradient(tile.Size, from, gradient.RowStride, gradient.PixelStride, to, plane, _shape.K);
        }
    }

    /// <summary>dx (+)= the input gradient of the <paramref name="count"/> images of a group of the chunk, from <paramref name="first"/> on, from their dM.</summary>
    public void BackwardInput(float* chunkM, int group, float* turnedU, in FeatureMap dx, int first, int count, bool accumulate, float* scratch)
    {
        float* dv = scratch + OutputImageLength, frameMemory = dv + PlanesLength(GroupTiles, BlockColumns(_shape.C));
        chunkM += group * GroupTiles * Padded(_shape.K);
        for (var column = 0; column < _shape.C; column += ColumnBlock)
        {
            var columns = Math.Min(ColumnBlock, _shape.C - column);
            Multiply(chunkM, ChunkTiles, _shape.K, turnedU, dv, column, columns, count);
            var frame = FeatureMap.Over(frameMemory, FrameHeight, FrameWidth, columns);
            nint plane = Plane(GroupTiles, columns), tileLength = Padded(columns);
            for (var place = 0; place < count; place++)
            {
                new Span<float>(frameMemory, FrameHeight * FrameWidth * columns).Clear();
                for (var i = 0; i < TilesPerImage; i++)
                {
                    var tile = _tiles.Tile(i, place, count);
                    float* from = dv + tile.Position * tileLength, to = frame.Pixel(0, tile.Y, tile.X);
                    if (tile.Size == WholeTile)
                        _kernels.TransformInputGradient(from, plane, to, frame.RowStride, frame.PixelStride, columns);
                    else
                        _kernels.TransformInputGradient(tile.Size, from, plane, to, frame.RowStride, frame.PixelStride, columns);
                }

                CopyFrame(frame, dx.Slice(column, columns), first + place, accumulate);
            }
        }
    }

    /// <summary>dU (+)= Vᵀ dM over the tiles of a chunk, for one product and a part of the columns.</summary>
    public void AddProductGradient(float* chunkV, float* chunkM, int images, float* du, int task, bool accumulate, float* scratch)
    {
        var (product, part) = Math.DivRem(task, ColumnParts);
        var sum = new ProductSum
        {
            To = du + (nint)product * _shape.C * _shape.K,
            Rows = scratch,
            Panels = scratch + SumBlock * _shape.C,
            FirstPanel = Panels(_shape.K) * part / ColumnParts,
            EndPanel = Panels(_shape.K) * (part + 1) / ColumnParts,
            Accumulate = accumulate,
        };
        nint tileV = Padded(_shape.C), tileM = Padded(_shape.K);
        var v = chunkV + product * Plane(ChunkTiles, _shape.C);
        var m = chunkM + product * Plane(ChunkTiles, _shape.K);
        for (var image = 0; image < images; image += GroupImages, v += GroupTiles * tileV, m += GroupTiles * tileM)
        {
            var (tile, end) = _tiles.Range(product, Math.Min(GroupImages, images - image));
            while (tile < end)
            {
                // Both operands come from the last-level cache: copied in one straight run each, they are then used from a near cache many times.
                var count = Math.Min(SumBlock - sum.Count, end - tile);
                for (var i = 0; i < count; i++)
                    _kernels.CopyToPanels(v + (tile + i) * tileV, _shape.C, sum.Rows + (sum.Count + i) * _shape.C, _panel);
                PackPanels(m + tile * tileM, tileM, count, sum.FirstPanel, sum.EndPanel, sum.Panels + sum.Count * _panel);
                tile += count;
                sum.Count += count;
                if (sum.Count == SumBlock)
                    AddSum(ref sum);
            }
        }

        // Also where no tile uses the product: its sum is zero.
        if (sum.Count > 0 || !sum.Accumulate)
            AddSum(ref sum);
    }

    private void AddSum(ref ProductSum sum)
    {
        nint segment = 0;
        var block = new MatrixBlock
        {
            Segments = &segment,
            SegmentCount = 1,
            Count = sum.Count,
            RowStride = 1,
            Step = _shape.C,
            BStep = _panel,
            CRow = _shape.K,
            Accumulate = sum.Accumulate,
        };
        for (var panel = sum.FirstPanel; panel < sum.EndPanel; panel++)
        {
            _kernels.MultiplyPanel(
                block, sum.Rows, sum.Panels + (panel - sum.FirstPanel) * SumBlock * _panel, sum.To + panel * _panel, _shape.C, Math.Min(_panel, _shape.K - panel * _panel));
        }

        sum.Count = 0;
        sum.Accumulate = true;
    }

    // The terms of one product's sum that wait for being multiplied.
    private struct ProductSum
    {
        public float* To;
        public float* Rows;
        public float* Panels;
        public int FirstPanel;
        public int EndPanel;
        public int Count;
        public bool Accumulate;
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

    private void TransformImage(in FeatureMap x, int image, float* v, int planeTiles, int place, int count)
    {
        nint plane = Plane(planeTiles, _shape.C), tileLength = Padded(_shape.C);
        for (var i = 0; i < TilesPerImage; i++)
        {
            var tile = _tiles.Tile(i, place, count);
            float* from = x.Pixel(image, tile.Y - _shape.Padding, tile.X - _shape.Padding), to = v + tile.Position * tileLength;
            if (tile.Size == WholeTile)
                _kernels.TransformInput(from, x.RowStride, x.PixelStride, to, plane, _shape.C);
            else
                _kernels.TransformInput(tile.Size, from, x.RowStride, x.PixelStride, to, plane, _shape.C);
        }
    }

    private void TransformBack(float* m, int columns, int place, int count, in FeatureMap y, int image)
    {
        nint plane = Plane(GroupTiles, columns), tileLength = Padded(columns);
        for (var i = 0; i < TilesPerImage; i++)
        {
            var tile = _tiles.Tile(i, place, count);
            float* from = m + tile.Position * tileLength, to = y.Pixel(image, tile.Y, tile.X);
            if (tile.Size == WholeTile)
                _kernels.TransformOutput(from, plane, to, y.RowStride, y.PixelStride, columns);
            else
                _kernels.TransformOutput(tile.Size, from, plane, to, y.RowStride, y.PixelStride, columns);
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

    // For each product, one block of columns of a group: C[tiles, columns] = A[tiles, depth] · U[depth, columns].
    private void Multiply(float* a, int planeTiles, int depth, float* u, float* c, int column, int columns, int images)
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
        var b = KernelBlock(u, depth, column);
        for (var product = 0; product < Products; product++, a += Plane(planeTiles, depth), c += Plane(GroupTiles, columns))
        {
            var (tile, end) = _tiles.Range(product, images);
            for (var first = 0; first < columns; first += _panel, b += (nint)depth * _panel)
                _kernels.MultiplyPanel(block, a + tile * block.RowStride, b, c + tile * block.CRow + first, end - tile, Math.Min(_panel, columns - first));
        }
    }

    private int Panels(int columns) => (columns + _panel - 1) / _panel;

    private static int BlockColumns(int columns) => Math.Min(columns, ColumnBlock);

    private static nint Padded(int channels) => channels + Pad;

    // One more line than the tiles take: planes a multiple of 4 KB apart would collide.
    private static nint Plane(int tiles, int channels) => tiles * Padded(channels) + Pad;

    private static long PlanesLength(int tiles, int columns) => (long)Products * Plane(tiles, columns);
}
