namespace Weft.Kernels;

internal abstract unsafe partial class VectorKernels
{
    /// <summary>to[j · toStride + i] = from[i · fromStride + j] for i below <paramref name="rows"/> and j below <paramref name="columns"/>.</summary>
    public void Transpose(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
    {
        // Blocks of 16 × 16 keep both sides' cache lines until they are used up.
        const int block = 16;
        for (var i0 = 0; i0 < rows; i0 += block)
        {
            var iEnd = Math.Min(i0 + block, rows);
            for (var j0 = 0; j0 < columns; j0 += block)
            {
                var jEnd = Math.Min(j0 + block, columns);
                for (var i = i0; i < iEnd; i++)
                {
                    var source = from + i * fromStride;
                    var target = to + i;
                    for (var j = j0; j < jEnd; j++)
                        target[j * toStride] = source[j];
                }
            }
        }
    }

    /// <summary>to[j · toStride + i] += from[i · fromStride + j].</summary>
    public void TransposeAdd(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
    {
        for (var j = 0; j < columns; j++)
        {
            for (var i = 0; i < rows; i++)
                to[j * toStride + i] += from[i * fromStride + j];
        }
    }
}
