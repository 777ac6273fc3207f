using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>The header of an IDX file being read, and the messages about it.</summary>
internal sealed class IdxHeader(DataFile file, IdxExpectation expectation)
{
    private readonly byte _rank = expectation.Content switch { IdxContent.Images => 3, IdxContent.LabelRows => 2, _ => 1 };
    private readonly byte _type = expectation.Content == IdxContent.LabelRows ? (byte)0x0C : (byte)8;
    private readonly string _unit = expectation.Content == IdxContent.Images ? "images" : "labels";

    public int Length => 4 + 4 * _rank;

    public int[] Dimensions { get; private set; } = [];

    public long TotalLength { get; private set; }

    /// <summary>What the header (before it is read, the expectation) promises.</summary>
    public string Promise { get; private set; } = "an IDX header";

    /// <summary>Takes a full header; refuses another kind of file and sizes that are wrong, zero, or too large to load.</summary>
    public void Parse(ReadOnlySpan<byte> bytes)
    {
        RequireMagic(bytes);
        Span<uint> sizes = stackalloc uint[_rank];
        for (var i = 0; i < _rank; i++)
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + 4 * i)..]);

        Require(sizes[0], expectation.Count, 4, $"number of {_unit}");
        if (_rank == 2)
            Require(sizes[1], null, 8, "number of columns");
        if (_rank == 3)
        {
            Require(sizes[1], expectation.Height, 8, "height");
            Require(sizes[2], expectation.Width, 12, "width");
            if (Math.Max(sizes[1], sizes[2]) > expectation.MaximumSide)
                throw TooLarge($"images of at most {expectation.MaximumSide:N0} x {expectation.MaximumSide:N0}", $"{sizes[1]:N0} x {sizes[2]:N0}");
        }

        UInt128 total = (UInt128)Length;
        UInt128 data = expectation.Content == IdxContent.LabelRows ? (UInt128)sizeof(int) : 1;
        foreach (var size in sizes)
            data *= size;
        total += data;
        if (total > (UInt128)Math.Min(expectation.MaximumBytes, Array.MaxLength))
            throw TooLarge($"at most {expectation.MaximumBytes:N0} bytes", $"{Describe(sizes)} = {total:N0} bytes");

        TotalLength = (long)total;
        Dimensions = [.. sizes.ToArray().Select(size => (int)size)];
        Promise = $"{Describe(sizes)} = {TotalLength:N0} bytes with the header";
    }

    /// <summary>Refuses what does not begin like the expected kind of file; <paramref name="bytes"/> may be shorter than the header.</summary>
    public void RequireMagic(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> magic = [0, 0, _type, _rank];
        var known = Math.Min(4, bytes.Length);
        if (bytes[..known].SequenceEqual(magic[..known]))
            return;
        var expected = $"{Convert.ToHexStringLower(magic)} (IDX, {_unit})";
        var found = Convert.ToHexStringLower(bytes[..known]);
        if (bytes is [0, 0, 8, 1 or 3, ..] && _type == 8)
        {
            var other = _rank == 3 ? "labels" : "images";
            throw file.Damaged($"holds {other}, not {_unit}: were files swapped?", "byte 0", expected, $"{found} (IDX, {other})");
        }

        throw file.Damaged("is not an IDX file", "byte 0", expected, found.Length == 0 ? "nothing" : found);
    }

    public WeftException EndsEarly(long length) => file.Damaged("is incomplete", $"byte {length:N0}, the end of the data", Promise, $"{length:N0} bytes");

    public WeftException HoldsMore(string found) => file.Damaged("holds more data than its header says", $"byte {TotalLength:N0}", Promise, found);

    public WeftException LabelOutOfRange(int index, int label, int classes) =>
        file.Damaged(
            "has a label that is no class", $"label {index:N0}" + (_rank == 1 ? $" at unpacked byte {Length + index:N0}" : ""),
            $"0 to {classes - 1}", $"{label}");

    public WeftException WrongContent(string expected, string found, string? knownAs) => knownAs is null
        ? file.Damaged("is not the published file", "content after unpacking", $"SHA-256 {expected}", $"SHA-256 {found}")
        : file.Damaged($"is {knownAs} under another name: files were swapped", "content after unpacking",
            $"SHA-256 {expected}", $"SHA-256 {found} ({knownAs})");

    private WeftException TooLarge(string expected, string found) => file.Damaged("claims to be larger than can be loaded", "byte 4", expected, found);

    private static string Describe(ReadOnlySpan<uint> sizes) => sizes.Length == 1
        ? $"{sizes[0]:N0} labels"
        : sizes.Length == 2 ? $"{sizes[0]:N0} labels x {sizes[1]:N0} numbers x {sizeof(int)} bytes"
        : $"{sizes[0]:N0} images x {sizes[1]:N0} x {sizes[2]:N0} bytes";

    private void Require(uint value, int? expected, int offset, string what)
    {
        if (value == 0 || (expected is { } known && value != known))
            throw file.Damaged($"has the wrong {what}", $"byte {offset}", expected is { } count ? $"{count:N0}" : "at least 1", $"{value:N0}");
    }
}
