using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// Decoded pictures in one file, mapped into memory: 8 bytes of magic, the number of pictures and the bytes of each (32-bit), then an XXH3 of each picture
/// (64-bit), then the pixels, picture after picture. All numbers are little-endian. Pages that are not in use cost no memory.
/// </summary>
internal sealed unsafe class PictureCache : ImageStore, IDisposable
{
    public const string Ending = ".weftpix";

    private const int HeaderBytes = 16;

    private static readonly byte[] Magic = "weftpix1"u8.ToArray();

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly string _path;
    private readonly int _imageLength;
    private readonly int _count;
    private readonly bool[] _isSound;

    private PictureCache(FileStream file, string path, int count, int imageLength)
    {
        (_path, _count, _imageLength, _isSound) = (path, count, imageLength, new bool[count]);
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public override long ResidentBytes => 0;

    /// <summary>Opens a cache file; null where there is none of this size, or one that is not whole.</summary>
    public static PictureCache? TryOpen(string path, int count, int imageLength)
    {
        try
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            var file = RegularFile.OpenRead(path);
            if (file.Length == Length(count, imageLength) && file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes
                && header[..8].SequenceEqual(Magic) && BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == count
                && BinaryPrimitives.ReadInt32LittleEndian(header[12..]) == imageLength)
                return new PictureCache(file, path, count, imageLength);
            file.Dispose();
            return null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            return null;
        }
    }

    /// <summary>Writes a cache file; it has its name only when it is whole and on the disk.</summary>
    /// <param name="render">Fills the pixels of a picture; called by several threads, for each picture once.</param>
    /// <param name="isWanted">Asked when all pictures were filled: where the answer is no, there is no file. Default: yes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(
        string path, int count, int imageLength, int threads, RenderPicture render, CancellationToken cancellationToken, Func<bool>? isWanted = null)
    {
        var part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = RegularFile.Open(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            {
                file.SetLength(Length(count, imageLength));
                var handle = file.SafeFileHandle;
                var header = new byte[HeaderBytes];
                Magic.CopyTo(header, 0);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), count);
                BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), imageLength);
                RandomAccess.Write(handle, header, 0);
                var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
                Parallel.For(0, count, options, () => new byte[imageLength + sizeof(ulong)], (i, _, memory) =>
                {
                    var pixels = memory.AsSpan(0, imageLength);
                    var hash = memory.AsSpan(imageLength);
                    render(i, pixels);
                    BinaryPrimitives.WriteUInt64LittleEndian(hash, XxHash3.HashToUInt64(pixels));
                    RandomAccess.Write(handle, pixels, Offset(count, imageLength, i));
                    RandomAccess.Write(handle, hash, HeaderBytes + (long)i * sizeof(ulong));
                    return memory;
                }, _ => { });
                file.Flush(flushToDisk: true);
            }

            if (isWanted?.Invoke() ?? true)
                DiskFiles.Instance.Replace(part, path);
            else
                DiskFiles.Instance.Delete(part);
        }
        catch
        {
            if (RegularFile.Exists(part))
                DiskFiles.Instance.Delete(part);
            throw;
        }
    }

    /// <summary>Writes a file that only saves time: where that is impossible, nothing is lost.</summary>
    public static void TryWrite(string path, ReadOnlyMemory<byte> content)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(DiskFiles.Instance, path, content);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            // the next run looks again
        }
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: the file changed since it was written.</exception>
    public override ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _count);
        var pixels = new ReadOnlySpan<byte>(_start + Offset(_count, _imageLength, index), _imageLength);
        if (!Volatile.Read(ref _isSound[index]))
        {
            if (Unsafe.ReadUnaligned<ulong>(_start + HeaderBytes + (long)index * sizeof(ulong)) != XxHash3.HashToUInt64(pixels))
                throw Damaged(index);
            Volatile.Write(ref _isSound[index], true);
        }

        return pixels;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private WeftException Damaged(int index) => new(ErrorKind.DatasetDamaged, "a cache of decoded pictures changed after it was written")
    {
        Where = $"{_path}, picture {index}", Expected = "the checksum that was written with it", Found = "another one",
        Safe = "your pictures and runs are untouched", Next = new Advice($"delete {_path}: it is made anew"),
    };

    private static long Length(int count, int imageLength) => Offset(count, imageLength, count);

    private static long Offset(int count, int imageLength, int index) => HeaderBytes + (long)count * sizeof(ulong) + (long)index * imageLength;
}

/// <summary>Fills the pixels of picture number <paramref name="index"/>.</summary>
internal delegate void RenderPicture(int index, Span<byte> pixels);
