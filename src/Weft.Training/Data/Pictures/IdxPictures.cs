using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>Reads the images of an IDX file one by one, plain or gzip. A file that is short, long or altered gives none.</summary>
internal static class IdxPictures
{
    private const int HeaderLength = 16;

    public static ReadOnlySpan<byte> Magic => [0, 0, 8, 3];

    /// <summary>How many images a file says that it holds; null where it cannot be read or is no such file.</summary>
    public static int? CountOf(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path, bufferSize: 0);
            var start = new byte[HeaderLength];
            start = start[..file.ReadAtLeast(start, HeaderLength, throwOnEndOfStream: false)];
            if (start is [0x1F, 0x8B, ..])
            {
                file.Position = 0;
                using var member = new GzipMember(file, new DataFile(path, new Advice("make or fetch the file again")));
                start = new byte[HeaderLength];
                start = start[..member.Read(start)];
            }

            if (!start.AsSpan().StartsWith(Magic))
                return null;
            Header(start, out var count, out _);
            return count;
        }
        catch (Exception unreadable) when (DiskFailure.Is(unreadable) || unreadable is InvalidDataException or WeftException)
        {
            return null; // who reads the images tells it
        }
    }

    /// <param name="file">Seekable, at its start.</param>
    /// <param name="first">The image to begin with.</param>
    /// <exception cref="InvalidDataException">Damaged; the message says how.</exception>
    public static IEnumerable<FittedPicture> Read(Stream file, string name, FeatureShape target, bool invert, int first)
    {
        var header = new byte[HeaderLength];
        var shape = Header(header.AsSpan(0, file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false)), out var count, out var length);
        if (file.Length - HeaderLength != length)
            throw OtherLength(count, shape, $"{file.Length - HeaderLength}");
        file.Position += (long)first * shape.Height * shape.Width;
        return Pictures(row => file.ReadAtLeast(row, row.Length, throwOnEndOfStream: false), first, count, shape, name, target, invert);
    }

    /// <summary>As <see cref="Read"/>, from a gzip file, which is read twice: to compare its checksum, and for the images.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: the gzip file is damaged.</exception>
    public static IEnumerable<FittedPicture> ReadGzip(Stream file, string name, FeatureShape target, bool invert, int first)
    {
        var data = new DataFile(name, new Advice("make or fetch the file again"));
        var header = new byte[HeaderLength];
        int count;
        FeatureShape shape;
        using (var member = new GzipMember(file, data))
        {
            var start = header.AsSpan(0, member.Read(header));
            if (!start.StartsWith(Magic))
                throw new InvalidDataException($"a gzip file that holds {PictureKinds.NameOf(start)}; unpack it first");
            shape = Header(start, out count, out var length);
            PictureLimits.RequireUnpacked(length, file.Length);
            var scratch = new byte[1 << 16];
            while (member.Produced <= HeaderLength + length && member.Read(scratch) > 0)
            {
            }

            if (member.Produced > HeaderLength + length)
                throw OtherLength(count, shape, "more");
            member.Finish($"{HeaderLength + length} bytes");
            if (member.Produced < HeaderLength + length)
                throw OtherLength(count, shape, $"{member.Produced - HeaderLength}");
        }

        return Unpacked(file, data, first, count, shape, name, target, invert);
    }

    private static IEnumerable<FittedPicture> Unpacked(
        Stream file, DataFile data, int first, int count, FeatureShape shape, string name, FeatureShape target, bool invert)
    {
        file.Position = 0;
        using var member = new GzipMember(file, data);
        member.Read(new byte[HeaderLength]);
        var passed = new byte[shape.Height * shape.Width];
        for (var i = 0; i < first; i++)
            member.Read(passed);
        foreach (var picture in Pictures(row => member.Read(row), first, count, shape, name, target, invert))
            yield return picture;
    }

    private static InvalidDataException OtherLength(int count, FeatureShape shape, string bytes) =>
        new($"the header says {count} images of {shape.Height} × {shape.Width} but {bytes} bytes follow");

    private static FeatureShape Header(ReadOnlySpan<byte> header, out int count, out long length)
    {
        if (header.Length < HeaderLength)
            throw PngChunks.EndsEarly();
        var sizes = (Count: BinaryPrimitives.ReadUInt32BigEndian(header[4..]), Height: BinaryPrimitives.ReadUInt32BigEndian(header[8..]),
            Width: BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        if (sizes.Count == 0)
            throw new InvalidDataException($"the file holds no image (0 of {sizes.Height} × {sizes.Width})");
        PictureLimits.RequireSize(sizes.Width, sizes.Height);
        length = SizeLimit.Product(Array.MaxLength, sizes.Count, sizes.Height, sizes.Width)
            ?? throw new InvalidDataException(
                $"{sizes.Count} images of {sizes.Height} × {sizes.Width} are more than the {Array.MaxLength} bytes that are read at most");
        count = (int)sizes.Count;
        return new FeatureShape((int)sizes.Height, (int)sizes.Width, 1);
    }

    private static IEnumerable<FittedPicture> Pictures(
        RowReader read, int first, int count, FeatureShape shape, string name, FeatureShape target, bool invert)
    {
        var row = new byte[shape.Width];
        for (var i = first; i < count; i++)
        {
            var fit = new PictureFit(shape, target, invert);
            for (var y = 0; y < shape.Height; y++)
            {
                if (read(row) < row.Length)
                    throw PngChunks.EndsEarly();
                fit.AddRow(y, row);
            }

            yield return fit.Finish($"{name}#{i}");
        }
    }

    private delegate int RowReader(Span<byte> row);
}
