using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>
/// 3×3 or 5×5 convolution of stride 1 through <see cref="WinogradPoints"/>: 36 matrix products over tiles of sixteen or four outputs instead of 9 or 25 over
/// pixels, with 4 or 2.8 times fewer multiplications. Tiles of a few images at a time go through transform, products and back-transform while they are in the
/// cache.
/// </summary>
/// <remarks>
/// The tiles of a block lie as [p][tile][channel], p being the product, each tile's channels padded by a cache line: power-of-two strides would map all
/// tiles to a handful of cache sets. Transformed kernels lie as [block of columns][p][panel of two vectors][depth][panel width].
/// </remarks>
internal sealed unsafe partial class WinogradConvolution
{
    /// <summary>Channels come in whole vectors of the widest kind.</summary>
    public const int ChannelMultiple = 16;

    // Tiles that go through transform, products and back-transform together: enough to reuse a transformed kernel that streams from the last-level cache,
    // few enough that the group's V and one block of columns of M stay in a second-level cache of 2 MB.
    private const int TilesPerGroup = 64;

    // Output channels that are multiplied and transformed back at a time.
    private const int OutputBlock = 64;

    // Input channels of the input gradient, likewise: more, for dM has twice the channels of V where layers grow, and is read once for each block.
    private const int InputBlock = 128;

    // Tiles whose products wait for the weight gradient between two barriers: enough to make the sums long, few enough to stay in the last-level cache.
    private const int TilesPerChunk = 256;

    // Where dU is no larger, a group's V and dM find place beside it in a second-level cache of 2 MB: they are multiplied there and never leave it.
    private const long LargestLocalSum = 160_000;

    // Terms of the weight gradient's sums in one micro-kernel call: its two operand panels stay in a first-level cache.
    private const int SumBlock = 128;

    // Input channels of one panel that a task transforms: each of its products then is one run of up to 2 KB, instead of a line or two in every panel.
    private const int KernelRows = 16;

    private const int Pad = 16;

    private readonly ConvolutionShape _shape;
    private readonly VectorKernels _kernels;
    private readonly int _panel;
    private readonly WinogradTiles _tiles;

    public WinogradConvolution(ConvolutionShape shape, VectorKernels kernels, int batchSize)
    {
        _shape = shape;
        _kernels = kernels;
        _panel = kernels.PanelWidth;
        _tiles = new WinogradTiles(shape.OutputHeight, shape.OutputWidth, shape.Kernel.Height);
        GroupImages = Math.Clamp(TilesPerGroup / TilesPerImage, 1, batchSize);
        ChunkImages = Math.Min(batchSize, Math.Max(1, TilesPerChunk / (TilesPerImage * GroupImages)) * GroupImages);
    }

    public static bool Fits(in ConvolutionShape shape) =>
        shape is { Kernel.Height: 3 or 5, Groups: 1 } && shape.Kernel.Width == shape.Kernel.Height && shape.Stride == 1 && shape.Dilation == 1
        && shape.Padding.IsUniform && shape.Padding.Top < shape.Kernel.Height && shape.C % ChannelMultiple == 0 && shape.K % ChannelMultiple == 0;

    public int TilesPerImage => _tiles.PerImage;

    /// <summary>Rows of outputs of a whole tile.</summary>
    public int TileLength => _tiles.Length;

    /// <summary>Images whose tiles are multiplied together.</summary>
    public int GroupImages { get; }

    /// <summary>Images between two barriers of the backward pass.</summary>
    public int ChunkImages { get; }

    public long RealFlopsPerImage => 2L * _tiles.ProductsPerImage * _shape.C * _shape.K;

    public long KernelLength => (long)Products * _shape.C * Panels(_shape.K) * _panel;

    public long FlippedKernelLength => (long)Products * _shape.K * Panels(_shape.C) * _panel;

    public long ProductGradientLength => (long)Products * _shape.C * _shape.K;

    /// <summary>Floats of a worker's scratch in the forward pass.</summary>
    public long ForwardScratch => PlanesLength(GroupTiles, _shape.C) + PlanesLength(GroupTiles, Math.Min(_shape.K, OutputBlock));

    /// <summary>Whether <see cref="BackwardLocally"/> is the faster backward pass.</summary>
    public bool IsLocal => ProductGradientLength <= LargestLocalSum;

    /// <summary>Floats of a worker's scratch in whatever the backward pass calls.</summary>
    public long BackwardScratch => Math.Max(ImageGradientScratch, Math.Max(ProductGradientScratch, FlippedKernelScratch));

    /// <summary>Floats of each side's products of a chunk: V (C channels) and dM (K channels).</summary>
    public long ChunkInputLength => PlanesLength(ChunkTiles, _shape.C);

    public long ChunkOutputLength => PlanesLength(ChunkTiles, _shape.K);

    /// <summary>How many tasks <see cref="AddProductGradient"/> can be divided into.</summary>
    public static int ProductGradientTasks => Products;

    private int GroupTiles => GroupImages * TilesPerImage;

    private int ChunkTiles => (ChunkImages + GroupImages - 1) / GroupImages * GroupTiles;

    private long ImageGradientScratch => OutputImageLength + InputFrameLength
        + (IsLocal ? PlanesLength(GroupTiles, _shape.C) + PlanesLength(GroupTiles, _shape.K) : PlanesLength(GroupTiles, Math.Min(_shape.C, InputBlock)));

    private long ProductGradientScratch => (long)SumBlock * (_shape.C + Panels(_shape.K) * _panel);

    private long FlippedKernelScratch => (long)_shape.Taps * KernelRows * _panel;

    private long OutputImageLength => (long)_shape.OutputPixels * _shape.K;

    private long InputFrameLength => (long)FrameHeight * FrameWidth * Math.Min(_shape.C, InputBlock);

    // All pixels that the tiles read, with the padding.
    private int FrameHeight => _shape.OutputHeight + _shape.Kernel.Height - 1;

    private int FrameWidth => _shape.OutputWidth + _shape.Kernel.Height - 1;

    /// <summary>Tasks of <see cref="TransformKernel(float*, float*, int)"/>.</summary>
    public int KernelTasks => TasksOfKernel(_shape.C, _shape.K);

    /// <summary>How many tasks <see cref="TransformFlippedKernel"/> can be divided into.</summary>
    public int FlippedKernelTasks => TasksOfKernel(_shape.K, _shape.C);

    /// <summary>One task's part of U from weights [R, R, C, K].</summary>
    public void TransformKernel(float* weight, float* u, int task)
    {
        var part = Part(task, _shape.C, _shape.K);
        TransformKernel(weight + (nint)part.Row * _shape.K + part.Column, _shape.K, (nint)_shape.C * _shape.K, u, part, _shape.C, _shape.K, OutputBlock);
    }

    /// <summary>One task's part of U for the input gradient, in which input and output channels change places, from weights [R, R, C, K].</summary>
    public void TransformFlippedKernel(float* weight, float* u, int task, float* scratch)
    {
        var part = Part(task, _shape.K, _shape.C);
        nint tap = (nint)_shape.C * _shape.K, flippedTap = (nint)KernelRows * _panel;
        for (var i = 0; i < _shape.Taps; i++)
            _kernels.Transpose(weight + i * tap + (nint)part.Column * _shape.K + part.Row, _shape.K, part.Columns, part.Rows, scratch + i * flippedTap, _panel);
        TransformKernel(scratch, _panel, flippedTap, u, part, _shape.K, _shape.C, InputBlock);
    }

    /// <summary>Output channels that <see cref="ForwardBlock"/> computes at a time.</summary>
    public int ForwardBlockChannels => Math.Min(_shape.K, OutputBlock);

    /// <summary>V of input images first … first + count − 1 (at most <see cref="GroupImages"/>), in a worker's scratch.</summary>
    public void ForwardInput(in FeatureMap x, int first, int count, float* scratch)
    {
        for (var i = 0; i < count; i++)
            TransformImage(x, first + i, scratch, GroupTiles, i, count);
    }

    /// <summary>
    /// One block of channels, from <paramref name="column"/> on, of the images whose V is in the scratch: images yFirst … of <paramref name="y"/>, which has
    /// just these channels; no bias.
    /// </summary>
    public void ForwardBlock(int count, float* u, int column, in FeatureMap y, int yFirst, float* scratch)
    {
        var m = scratch + PlanesLength(GroupTiles, _shape.C);
        Multiply(scratch, GroupTiles, _shape.C, u, m, column, y.Channels, count);
        for (var i = 0; i < count; i++)
            TransformBack(m, y.Channels, i, count, y, yFirst + i);
    }

    private int TasksOfKernel(int rows, int columns) => Panels(columns) * ((rows + KernelRows - 1) / KernelRows);

    private KernelPart Part(int task, int rows, int columns)
    {
        var (part, panel) = Math.DivRem(task, Panels(columns));
        int row = part * KernelRows, column = panel * _panel;
        return new(row, Math.Min(KernelRows, rows - row), column, Math.Min(_panel, columns - column));
    }

    private void TransformKernel(float* weight, nint rowStride, nint tapStride, float* u, KernelPart part, int rows, int columns, int blockLength)
    {
        var block = part.Column / blockLength * blockLength;
        var panels = Panels(Math.Min(blockLength, columns - block));
        var to = KernelBlock(u, rows, block) + (nint)(part.Column - block) * rows + (nint)part.Row * _panel;
        for (var row = 0; row < part.Rows; row++)
            _kernels.TransformKernel(_shape.Kernel.Height, weight + row * rowStride, tapStride, to + row * _panel, (nint)panels * rows * _panel, part.Columns);
    }

    // Where the transformed kernels of the columns from a block's first on begin.
    private float* KernelBlock(float* u, int rows, int column) => u + (nint)Products * rows * Panels(column) * _panel;

    private void TransformImage(in FeatureMap x, int image, float* v, int planeTiles, int place, int count)
    {
        nint plane = Plane(planeTiles, _shape.C), tileLength = Padded(_shape.C);
        for (var i = 0; i < TilesPerImage; i++)
        {
            var tile = _tiles.Tile(i, place, count);
            float* from = x.Pixel(image, tile.Y - _shape.Padding.Top, tile.X - _shape.Padding.Left), to = v + tile.Position * tileLength;
            if (tile.Size.IsWhole)
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
            if (HasWholeOutputs(tile.Size))
                _kernels.TransformOutput(from, plane, to, y.RowStride, y.PixelStride, columns);
            else
                _kernels.TransformOutput(tile.Size, from, plane, to, y.RowStride, y.PixelStride, columns);
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
            NextB = (nint)Panels(columns) * depth * _panel,
        };
        var b = KernelBlock(u, depth, column);
        for (var product = 0; product < Products; product++, a += Plane(planeTiles, depth), b += block.NextB, c += Plane(GroupTiles, columns))
        {
            var (tile, end) = _tiles.Range(product, images);
            _kernels.MultiplyPanels(block, a + tile * block.RowStride, b, (nint)depth * _panel, c + tile * block.CRow, end - tile, columns);
        }
    }

    private static bool HasWholeOutputs(TileSize size) => size is { Height: Outputs, Width: Outputs };

    private float* LocalV(float* scratch) => scratch + OutputImageLength;

    private float* LocalM(float* scratch) => LocalV(scratch) + PlanesLength(GroupTiles, _shape.C);

    private int Panels(int columns) => (columns + _panel - 1) / _panel;

    // Some input channels (rows) and one panel of the output channels (columns) of a kernel.
    private readonly record struct KernelPart(int Row, int Rows, int Column, int Columns);

    private static nint Padded(int channels) => channels + Pad;

    // One more line than the tiles take: planes a multiple of 4 KB apart would collide.
    private static nint Plane(int tiles, int channels) => tiles * Padded(channels) + Pad;

    private static long PlanesLength(int tiles, int columns) => (long)Products * Plane(tiles, columns);
}
