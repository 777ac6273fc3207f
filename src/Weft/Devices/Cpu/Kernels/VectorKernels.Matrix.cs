using System.Runtime.CompilerServices;

namespace Weft.Kernels;

internal abstract unsafe partial class VectorKernels
{
    /// <summary>
    /// Multiplies <paramref name="rows"/> rows of A with one panel of B into C; see <see cref="MicroKernel{TWidth, TVector}"/>. The panel has
    /// <see cref="PanelWidth"/> readable columns (one vector if <paramref name="columns"/> fit into it); only <paramref name="columns"/> of them are written.
    /// </summary>
    public abstract void MultiplyPanel(in MatrixBlock block, float* a, float* b, float* c, int rows, int columns);

    /// <summary>
    /// As <see cref="MultiplyPanel"/> for the panels that hold <paramref name="columns"/> columns together, <paramref name="panelLength"/> floats apart. A
    /// block of rows of A goes through all of them while it is near; <see cref="MatrixBlock.NextB"/> leads to the same panel of the next call.
    /// </summary>
    public abstract void MultiplyPanels(in MatrixBlock block, float* a, float* b, nint panelLength, float* c, int rows, int columns);

    /// <summary>Cuts a row into panels: element i goes to panels[i / PanelWidth · panelStride + i % PanelWidth]. Its length is a multiple of Lanes.</summary>
    public abstract void CopyToPanels(float* row, nint length, float* panels, nint panelStride);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void CopyToPanels(float* row, nint length, float* panels, nint panelStride)
    {
        nint lanes = TWidth.Lanes, i = 0;
        for (; i + 2 * lanes <= length; i += 2 * lanes, panels += panelStride)
        {
            TWidth.Store(panels, TWidth.Load(row + i));
            TWidth.Store(panels + lanes, TWidth.Load(row + i + lanes));
        }

        if (i < length)
            TWidth.Store(panels, TWidth.Load(row + i));
    }

    private const int FloatsPerLine = 16;

    public override void MultiplyPanel(in MatrixBlock block, float* a, float* b, float* c, int rows, int columns) =>
        MultiplyPanels(block, a, b, 0, c, rows, columns);

    public override void MultiplyPanels(in MatrixBlock block, float* a, float* b, nint panelLength, float* c, int rows, int columns)
    {
        var lanes = TWidth.Lanes;
        var blocks = (rows + TWidth.MaxRows - 1) / TWidth.MaxRows;
        var part = block;
        for (var i = 0; i < blocks; i++)
        {
            // Even blocks: 16 rows run as 8 + 8, not as 14 + 2.
            var count = (rows * (i + 1) / blocks) - (rows * i / blocks);
            // A row of B is up to two cache lines: the first block of rows fetches the first line of the next panel's rows, the second block the second.
            part.NextB = block.NextB != 0 && i * FloatsPerLine < 2 * lanes ? block.NextB + i * FloatsPerLine : 0;
            var panel = b;
            for (var column = 0; column < columns; column += 2 * lanes, panel += panelLength)
            {
                var width = Math.Min(2 * lanes, columns - column);
                if (width == lanes || width == 2 * lanes)
                    Multiply(part, a, panel, c + column, count, width > lanes);
                else
                    MultiplyPartial(block, a, panel, c + column, count, width);
            }

            a += count * block.RowStride;
            c += count * block.CRow;
        }
    }

    private static void MultiplyPartial(in MatrixBlock block, float* a, float* b, float* c, int rows, int columns)
    {
        var width = columns > TWidth.Lanes ? 2 * TWidth.Lanes : TWidth.Lanes;
        var buffer = stackalloc float[rows * width];
        var whole = block;
        whole.CRow = width;
        whole.Accumulate = false;
        Multiply(whole, a, b, buffer, rows, columns > TWidth.Lanes);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var value = buffer[row * width + column];
                c[row * block.CRow + column] = block.Accumulate ? c[row * block.CRow + column] + value : value;
            }
        }
    }

    private static void Multiply(in MatrixBlock block, float* a, float* b, float* c, int rows, bool twoColumns)
    {
        if (twoColumns)
            Multiply<Count2>(block, a, b, c, rows);
        else
            Multiply<Count1>(block, a, b, c, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TColumns>(in MatrixBlock block, float* a, float* b, float* c, int rows)
        where TColumns : ICount
    {
        switch (rows)
        {
            case 1: MicroKernel<TWidth, TVector>.Run<Count1, TColumns>(block, a, b, c); break;
            case 2: MicroKernel<TWidth, TVector>.Run<Count2, TColumns>(block, a, b, c); break;
            case 3: MicroKernel<TWidth, TVector>.Run<Count3, TColumns>(block, a, b, c); break;
            case 4: MicroKernel<TWidth, TVector>.Run<Count4, TColumns>(block, a, b, c); break;
            case 5: MicroKernel<TWidth, TVector>.Run<Count5, TColumns>(block, a, b, c); break;
            case 6: MicroKernel<TWidth, TVector>.Run<Count6, TColumns>(block, a, b, c); break;
            case 7: MicroKernel<TWidth, TVector>.Run<Count7, TColumns>(block, a, b, c); break;
            case 8: MicroKernel<TWidth, TVector>.Run<Count8, TColumns>(block, a, b, c); break;
            case 9: MicroKernel<TWidth, TVector>.Run<Count9, TColumns>(block, a, b, c); break;
            case 10: MicroKernel<TWidth, TVector>.Run<Count10, TColumns>(block, a, b, c); break;
            case 11: MicroKernel<TWidth, TVector>.Run<Count11, TColumns>(block, a, b, c); break;
            case 12: MicroKernel<TWidth, TVector>.Run<Count12, TColumns>(block, a, b, c); break;
            case 13: MicroKernel<TWidth, TVector>.Run<Count13, TColumns>(block, a, b, c); break;
            default: MicroKernel<TWidth, TVector>.Run<Count14, TColumns>(block, a, b, c); break;
        }
    }
}
