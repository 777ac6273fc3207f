using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

internal sealed unsafe partial class WinogradConvolution
{
    /// <summary>An output gradient in a worker's scratch, to be filled.</summary>
    public FeatureMap OutputImage(float* scratch) => FeatureMap.Over(scratch, _shape.OutputHeight, _shape.OutputWidth, _shape.K);

    /// <summary>V and dM of image <paramref name="image"/> from its input and its output gradient.</summary>
    /// <param name="group">Its group's number in the chunk.</param>
    /// <param name="place">Its place in the group.</param>
    /// <param name="count">Images in the group.</param>
    public void BackwardImage(in FeatureMap x, int image, int group, int place, int count, in FeatureMap gradient, float* chunkV, float* chunkM)
    {
        TransformImage(x, image, chunkV + group * GroupTiles * Padded(_shape.C), ChunkTiles, place, count);
        TransformGradient(gradient, chunkM + group * GroupTiles * Padded(_shape.K), ChunkTiles, place, count);
    }

    /// <summary>V and dM of one image of a group, into a worker's scratch.</summary>
    public void BackwardImage(in FeatureMap x, int image, int place, int count, in FeatureMap gradient, float* scratch)
    {
        TransformImage(x, image, LocalV(scratch), GroupTiles, place, count);
        TransformGradient(gradient, LocalM(scratch), GroupTiles, place, count);
    }

    /// <summary>
    /// For a group whose V and dM are in the worker's scratch: dU (+)= Vᵀ dM, and dx (+)= the input gradient if <paramref name="dx"/> is not empty.
    /// </summary>
    public void BackwardLocally(int count, float* du, bool accumulateSum, float* flippedU, in FeatureMap dx, int first, bool accumulate, float* scratch)
    {
        nint segment = 0;
        for (var product = 0; product < Products; product++)
        {
            var (tile, end) = _tiles.Range(product, count);
            var block = new MatrixBlock
            {
                Segments = &segment,
                SegmentCount = 1,
                Count = end - tile,
                RowStride = 1,
                Step = Padded(_shape.C),
                BStep = Padded(_shape.K),
                CRow = _shape.K,
                Accumulate = accumulateSum,
            };
            var v = LocalV(scratch) + product * Plane(GroupTiles, _shape.C) + tile * block.Step;
            var m = LocalM(scratch) + product * Plane(GroupTiles, _shape.K) + tile * block.BStep;
            for (var column = 0; column < _shape.K; column += _panel)
                _kernels.MultiplyPanel(block, v, m + column, du + (nint)product * _shape.C * _shape.K + column, _shape.C, Math.Min(_panel, _shape.K - column));
        }

        // V has done its work: dV takes its place.
        if (dx.Origin is not null)
            BackwardInput(LocalM(scratch), GroupTiles, flippedU, dx, first, count, accumulate, LocalV(scratch),
                LocalM(scratch) + PlanesLength(GroupTiles, _shape.K));
    }

    private void TransformGradient(in FeatureMap gradient, float* m, int planeTiles, int place, int count)
    {
        nint plane = Plane(planeTiles, _shape.K), tileLength = Padded(_shape.K);
        for (var i = 0; i < TilesPerImage; i++)
        {
            var tile = _tiles.Tile(i, place, count);
            float* from = gradient.Pixel(0, tile.Y, tile.X), to = m + tile.Position * tileLength;
            if (HasWholeOutputs(tile.Size))
                _kernels.TransformOutputGradient(from, gradient.RowStride, gradient.PixelStride, to, plane, _shape.K);
            else
                _kernels.TransformOutputGradient(tile.Size, from, gradient.RowStride, gradient.PixelStride, to, plane, _shape.K);
        }
    }

    /// <summary>
    /// dx (+)= the input gradient of the <paramref name="count"/> images of a group of the chunk, from <paramref name="first"/> on, from their dM.
    /// </summary>
    public void BackwardInput(float* chunkM, int group, float* flippedU, in FeatureMap dx, int first, int count, bool accumulate, float* scratch)
    {
        var dv = scratch + OutputImageLength;
        BackwardInput(chunkM + group * GroupTiles * Padded(_shape.K), ChunkTiles, flippedU, dx, first, count, accumulate,
            dv, dv + PlanesLength(GroupTiles, Math.Min(_shape.C, InputBlock)));
    }

    private void BackwardInput(
        float* m, int planeTiles, float* flippedU, in FeatureMap dx, int first, int count, bool accumulate, float* dv, float* frameMemory)
    {
        for (var column = 0; column < _shape.C; column += InputBlock)
        {
            var columns = Math.Min(InputBlock, _shape.C - column);
            Multiply(m, planeTiles, _shape.K, flippedU, dv, column, columns, count);
            var frame = FeatureMap.Over(frameMemory, FrameHeight, FrameWidth, columns);
            nint plane = Plane(GroupTiles, columns), tileLength = Padded(columns);
            for (var place = 0; place < count; place++)
            {
                new Span<float>(frameMemory, FrameHeight * FrameWidth * columns).Clear();
                for (var i = 0; i < TilesPerImage; i++)
                {
                    var tile = _tiles.Tile(i, place, count);
                    float* from = dv + tile.Position * tileLength, to = frame.Pixel(0, tile.Y, tile.X);
                    if (tile.Size.IsWhole)
                        _kernels.TransformInputGradient(from, plane, to, frame.RowStride, frame.PixelStride, columns);
                    else
                        _kernels.TransformInputGradient(tile.Size, from, plane, to, frame.RowStride, frame.PixelStride, columns);
                }

                CopyFrame(frame, dx.Slice(column, columns), first + place, accumulate);
            }
        }
    }

    /// <summary>dU (+)= Vᵀ dM over the tiles of a chunk, for one product.</summary>
    public void AddProductGradient(float* chunkV, float* chunkM, int images, float* du, int product, bool accumulate, float* scratch)
    {
        var sum = new ProductSum
        {
            To = du + (nint)product * _shape.C * _shape.K,
            Rows = scratch,
            Panels = scratch + SumBlock * _shape.C,
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
                {
                    _kernels.CopyToPanels(v + (tile + i) * tileV, _shape.C, sum.Rows + (sum.Count + i) * _shape.C, _panel);
                    _kernels.CopyToPanels(m + (tile + i) * tileM, _shape.K, sum.Panels + (sum.Count + i) * _panel, SumBlock * _panel);
                }

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
        for (var panel = 0; panel < Panels(_shape.K); panel++)
            _kernels.MultiplyPanel(
                block, sum.Rows, sum.Panels + panel * SumBlock * _panel, sum.To + panel * _panel, _shape.C, Math.Min(_panel, _shape.K - panel * _panel));

        sum.Count = 0;
        sum.Accumulate = true;
    }

    // The terms of one product's sum that wait for being multiplied.
    private struct ProductSum
    {
        public float* To;
        public float* Rows;
        public float* Panels;
        public int Count;
        public bool Accumulate;
    }

    /// <summary>The weight gradient [R, R, C, K] of input channel <paramref name="c"/> from dU.</summary>
    public void TransformKernelGradient(float* du, float* dw, int c)
    {
        nint plane = (nint)_shape.C * _shape.K, row = (nint)c * _shape.K;
        _kernels.TransformKernelGradient(_shape.Kernel.Height, du + row, plane, dw + row, plane, _shape.K);
    }

    private void CopyFrame(in FeatureMap frame, in FeatureMap dx, int image, bool accumulate)
    {
        for (var row = 0; row < dx.Height; row++)
        {
            var from = frame.Pixel(0, row + _shape.Padding.Top, _shape.Padding.Left);
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
}
