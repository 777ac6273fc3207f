using System.Buffers;

namespace Weft.Pictures;

/// <summary>Bytes with a margin at their end that vectors may read and write. Small ones come from the pool, large ones go when they are done.</summary>
internal readonly ref struct PixelBuffer : IDisposable
{
    public const int Margin = 64;
    private const int LargestPooled = 1 << 24;

    private readonly byte[] _array;
    private readonly int _length;

    public PixelBuffer(long length)
    {
        _length = checked((int)(length + Margin)) - Margin;
        _array = _length <= LargestPooled ? ArrayPool<byte>.Shared.Rent(_length + Margin) : GC.AllocateUninitializedArray<byte>(_length + Margin);
    }

    public Span<byte> Span => _array.AsSpan(0, _length);

    public Span<byte> WithMargin => _array.AsSpan(0, _length + Margin);

    public void Dispose()
    {
        if (_length <= LargestPooled)
            ArrayPool<byte>.Shared.Return(_array);
    }
}
