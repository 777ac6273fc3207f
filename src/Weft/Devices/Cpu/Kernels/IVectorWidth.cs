namespace Weft.Kernels;

/// <summary>
/// The one abstraction over vector width: a kernel is written once over <typeparamref name="TVector"/> and the JIT compiles it for 512, 256 and 128 bits
/// and for single floats. Every member becomes an instruction or two.
/// </summary>
internal unsafe interface IVectorWidth<TVector>
    where TVector : struct
{
    static abstract int Lanes { get; }

    /// <summary>Rows of a matrix micro-kernel that leave room for two columns of accumulators, two operands and a broadcast in the register file.</summary>
    static abstract int MaxRows { get; }

    static abstract TVector Load(float* address);

    static abstract void Store(float* address, TVector value);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector Sqrt(TVector a);

    /// <summary>a · b + c, fused where the processor fuses.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>max(a, b); NaN where either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Lane by lane: a &gt; b ? whenTrue : whenFalse; a comparison with NaN is false.</summary>
    static abstract TVector SelectGreater(TVector a, TVector b, TVector whenTrue, TVector whenFalse);

    /// <summary>2^a for whole a in −126…127; anything else gives no particular number.</summary>
    static abstract TVector PowerOfTwo(TVector a);

    static abstract float Sum(TVector a);
}
