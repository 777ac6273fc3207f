using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>
/// The content of an IDX file of unsigned bytes, plain or gzip, read whole and checked: type, sizes, exact length, gzip checksum and length,
/// labels in range, SHA-256 where it is known. A file that is short, long or altered is never returned.
/// </summary>
internal sealed class IdxFile
{
    private readonly byte[] _content;
    private readonly int _headerLength;

    private IdxFile(byte[] content, IReadOnlyList<int> dimensions, string sha256)
    {
        _content = content;
        _headerLength = 4 + 4 * dimensions.Count;
        Dimensions = dimensions;
        Sha256 = sha256;
    }

    /// <summary>[count, height, width] or [count].</summary>
    public IReadOnlyList<int> Dimensions { get; }

    public int Count => Dimensions[0];

    /// <summary>The values without the header.</summary>
    public ReadOnlyMemory<byte> Data => _content.AsMemory(_headerLength);

    /// <summary>SHA-256 of the unpacked file, header included; lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetMissing"/>: not there or not readable; <see cref="ErrorKind.DatasetDamaged"/>: not what it must be;
    /// <see cref="ErrorKind.IoError"/>: the device failed.
    /// </exception>
    public static IdxFile Read(string path, IdxExpectation expectation)
    {
        var file = new DataFile(path, expectation.Remedy);
        return file.Open(stream => stream.Length == 0
            ? throw file.Damaged("is empty", "byte 0", expected: "an IDX file, plain or gzip", found: "0 bytes")
            : Read(stream, path, expectation));
    }

    /// <summary>As <see cref="Read(string, IdxExpectation)"/>, from a seekable stream at its start.</summary>
    internal static IdxFile Read(Stream stream, string path, IdxExpectation expectation)
    {
        var file = new DataFile(path, expectation.Remedy);
        Span<byte> start = stackalloc byte[512];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        RefuseWebPage(start, file);
        if (start is [0x1f, 0x8b, ..])
        {
            using var member = new GzipMember(stream, file);
            return ReadGzip(member, new IdxHeader(file, expectation), expectation);
        }

        return ReadPlain(stream, new IdxHeader(file, expectation), expectation);
    }

    private static IdxFile ReadGzip(GzipMember member, IdxHeader header, IdxExpectation expectation)
    {
        var bytes = new byte[header.Length];
        if (member.Read(bytes) < bytes.Length)
        {
            member.Finish("an IDX header");
            throw header.EndsEarly(member.Produced);
        }

        header.Parse(bytes);
        // Memory is taken only when the trailer agrees with the header; otherwise the stream is read through to find out what is wrong with it.
        var agrees = member.DeclaredLength == header.TotalLength;
        if (agrees)
            DataFile.RequireMemory(header.TotalLength);
        var content = agrees ? GC.AllocateUninitializedArray<byte>((int)header.TotalLength) : [];
        if (agrees)
        {
            bytes.CopyTo(content, 0);
            member.Read(content.AsSpan(bytes.Length));
        }
        else
        {
            var scratch = new byte[1 << 16];
            while (member.Produced < header.TotalLength
                && member.Read(scratch.AsSpan(0, (int)Math.Min(scratch.Length, header.TotalLength - member.Produced))) > 0)
            {
            }
        }

        Span<byte> more = stackalloc byte[1];
        if (member.Read(more) > 0)
            throw header.HoldsMore($"more than {header.TotalLength:N0} bytes");
        member.Finish(header.Promise);
        return member.Produced < header.TotalLength ? throw header.EndsEarly(member.Produced) : Checked(content, header, expectation);
    }

    private static IdxFile ReadPlain(Stream stream, IdxHeader header, IdxExpectation expectation)
    {
        var bytes = new byte[header.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        header.RequireMagic(bytes.AsSpan(0, read));
        if (read < bytes.Length)
            throw header.EndsEarly(read);
        header.Parse(bytes);
        if (stream.Length < header.TotalLength)
            throw header.EndsEarly(stream.Length);
        if (stream.Length > header.TotalLength)
            throw header.HoldsMore($"{stream.Length:N0} bytes");
        DataFile.RequireMemory(header.TotalLength);
        var content = GC.AllocateUninitializedArray<byte>((int)header.TotalLength);
        bytes.CopyTo(content, 0);
        stream.ReadExactly(content.AsSpan(bytes.Length));
        return Checked(content, header, expectation);
    }

    private static IdxFile Checked(byte[] content, IdxHeader header, IdxExpectation expectation)
    {
        if (expectation.ClassCount is { } classes)
        {
            var bad = content.AsSpan(header.Length).IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
            if (bad >= 0)
                throw header.LabelOutOfRange(bad, content[header.Length + bad], classes);
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (expectation.Content == IdxContent.LabelRows)
            return new IdxFile(FirstColumn(content, header), [header.Dimensions[0]], sha256);
        if (expectation.Sha256 is { } pinned && pinned != sha256)
            throw header.WrongContent(pinned, sha256, expectation.KnownFiles.GetValueOrDefault(sha256));
        return new IdxFile(content, header.Dimensions, sha256);
    }

    // As a file of labels has them: its header, then a byte each.
    private static byte[] FirstColumn(byte[] content, IdxHeader header)
    {
        const int LabelsHeader = 8;
        var labels = new byte[LabelsHeader + header.Dimensions[0]];
        for (var i = 0; i < header.Dimensions[0]; i++)
        {
            var label = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan((int)(header.Length + (long)i * header.Dimensions[1] * sizeof(int))));
            labels[LabelsHeader + i] = label is >= 0 and <= byte.MaxValue ? (byte)label : throw header.LabelOutOfRange(i, label, byte.MaxValue + 1);
        }

        return labels;
    }

    private static void RefuseWebPage(ReadOnlySpan<byte> start, DataFile file)
    {
        var text = Encoding.Latin1.GetString(start).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        if (!text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            && !text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("<head", StringComparison.OrdinalIgnoreCase))
            return;
        var shown = new string([.. text.Take(14).Select(letter => char.IsControl(letter) || letter > '~' ? '.' : letter)]);
        throw file.Damaged("is a web page, not a gzip file", $"byte 0: \"{shown}\"",
            expected: "gzip (starts 1f 8b) or IDX (starts 00 00 08)", found: "HTML or XML");
    }
}
