using System.IO.Compression;
using System.IO.Hashing;

namespace Weft.Training;

/// <summary>Reads what lies in a zip file, each entry whole, against its length and its checksum.</summary>
internal static class ZipContent
{
    private const int MaximumEntries = 1_000_000;

    // So many bytes can one of a deflate stream stand for.
    private const int BestDeflate = 1_032;

    // More is unpacked only where it is not far longer than the file itself.
    private const long UnpackedBytes = 1L << 30;
    private const int PackedShare = 200;

    /// <summary>The entries of a zip file.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: it is none, or would unpack to far more than it is.</exception>
    public static IReadOnlyList<ZipArchiveEntry> Entries(Stream stream, DataFile file, out ZipArchive archive)
    {
        try
        {
            archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var entries = archive.Entries;
            if (entries.Count > MaximumEntries)
                throw file.Damaged("holds too many files", "its directory", $"at most {MaximumEntries:N0}", $"{entries.Count:N0}");
            UInt128 unpacked = 0;
            foreach (var entry in entries)
                unpacked += (UInt128)(ulong)entry.Length;
            if (unpacked > UnpackedBytes && unpacked / PackedShare > (UInt128)(ulong)stream.Length)
            {
                throw file.Damaged("would unpack to far more than it is", "its directory", $"at most {PackedShare} bytes for each of its own",
                    $"{unpacked:N0} bytes in a file of {stream.Length:N0}");
            }

            return entries;
        }
        catch (Exception bad) when (IsDamage(bad))
        {
            throw file.Damaged("is not a zip file", "its directory", "the directory of a zip file at its end", bad.Message);
        }
    }

    /// <summary>The bytes of an entry.</summary>
    /// <exception cref="InvalidDataException">They are not what its directory says; the message tells in which way.</exception>
    public static byte[] Read(ZipArchiveEntry entry, long limit)
    {
        if (entry.Length < 0 || entry.Length > Math.Min(limit, Array.MaxLength))
            throw new InvalidDataException($"it claims to have {entry.Length:N0} bytes; at most {limit:N0} are read");
        if (entry.IsEncrypted)
            throw new InvalidDataException("it is encrypted");
        try
        {
            using var stream = entry.Open(); // which compares the packed length with the file's
            if (entry.Length > entry.CompressedLength * BestDeflate)
                throw new InvalidDataException($"it claims to have {entry.Length:N0} bytes in {entry.CompressedLength:N0}");
            var bytes = new byte[entry.Length];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read < bytes.Length || stream.ReadByte() >= 0)
                throw new InvalidDataException($"it has {(read < bytes.Length ? $"{read:N0}" : "more")} bytes in place of {bytes.Length:N0}");
            return Crc32.HashToUInt32(bytes) == entry.Crc32 ? bytes : throw new InvalidDataException("it does not match its checksum");
        }
        catch (Exception bad) when (bad is not InvalidDataException && IsDamage(bad))
        {
            throw new InvalidDataException(bad.Message, bad);
        }
    }

    // What the framework's reader says about headers that are wrong.
    private static bool IsDamage(Exception bad) =>
        bad is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or OverflowException;
}
