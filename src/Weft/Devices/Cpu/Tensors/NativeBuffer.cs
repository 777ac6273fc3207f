using System.Runtime.InteropServices;

namespace Weft.Devices.Cpu;

/// <summary>Zeroed floats in native memory, 64-byte aligned, never moved. Not thread-safe to dispose.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;

    /// <exception cref="OutOfMemoryException">The memory cannot be had.</exception>
    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var bytes = checked((nuint)Math.Max(length, 1) * sizeof(float));
        bytes = (bytes + Alignment - 1) / Alignment * Alignment;
        var isLarge = bytes >= HugePages.Size;
        Pointer = (float*)NativeMemory.AlignedAlloc(bytes, (nuint)(isLarge ? HugePages.Size : Alignment));
        if (isLarge)
            HugePages.Advise(Pointer, bytes);
        NativeMemory.Clear(Pointer, bytes);
    }

    ~NativeBuffer() => Release();

    public long Length { get; }

    /// <exception cref="OverflowException">The buffer is longer than a span can be.</exception>
    public Span<float> Span => new(Pointer, checked((int)Length));

    internal float* Pointer { get; private set; }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
