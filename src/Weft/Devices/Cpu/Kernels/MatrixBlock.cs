namespace Weft.Kernels;

/// <summary>How the operands of a block of <see cref="MicroKernel{TWidth, TVector}"/> calls lie in memory; strides in floats.</summary>
internal unsafe struct MatrixBlock
{
    /// <summary>Offsets into A of the segments of the sum. Must outlive the call.</summary>
    public nint* Segments;

    public int SegmentCount;

    /// <summary>Terms of each segment.</summary>
    public nint Count;

    /// <summary>Between two rows of A.</summary>
    public nint RowStride;

    /// <summary>Between two terms of A.</summary>
    public nint Step;

    /// <summary>Between two terms of B.</summary>
    public nint BStep;

    /// <summary>Between two rows of C.</summary>
    public nint CRow;

    /// <summary>From this panel of B to the one that will be multiplied next, which is fetched meanwhile; 0 where that does not pay.</summary>
    public nint NextB;

    /// <summary>C += instead of C =.</summary>
    public bool Accumulate;
}
