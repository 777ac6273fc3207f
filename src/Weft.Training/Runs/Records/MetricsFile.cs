using System.Text;

namespace Weft.Training;

/// <summary>What <c>metrics.csv</c> holds.</summary>
/// <param name="Rows">Those that are whole, in the file's order.</param>
/// <param name="Damaged">Lines that are no rows.</param>
/// <param name="HasChecksums">Whether the file is of a version that writes them.</param>
/// <param name="Further">The columns after the first nine, without the checksum.</param>
internal sealed record MetricsFile(IReadOnlyList<MetricsRow> Rows, int Damaged, bool HasChecksums, IReadOnlyList<string> Further)
{
    private const long MaximumBytes = 256 << 20; // a million epochs

    /// <summary>As far as written: what follows the last line feed is still being written. Nothing before there is a file.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: it cannot be read.</exception>
    public static MetricsFile Read(RunFolder run)
    {
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadOwn(run.MetricsFile, MaximumBytes);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return new MetricsFile([], 0, true, ColumnsOfNow);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's metrics cannot be read", run.MetricsFile, "nothing was changed");
        }

        return Parse(Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.AsSpan().LastIndexOf((byte)'\n') + 1)));
    }

    /// <summary>The further columns of a file that begins now.</summary>
    private static IReadOnlyList<string> ColumnsOfNow => [.. EpochMetric.Further.Select(metric => metric.Name)];

    public static MetricsFile Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = lines.Length > 0 && lines[0].StartsWith(MetricsRow.Header, StringComparison.Ordinal) ? lines[0] : null;
        // Versions without checksums had the nine columns alone: after more than those the last one is the checksum, also under a damaged name.
        var isOld = header == MetricsRow.Header;
        if (header?.Length < MetricsRow.Header.Length + (isOld ? 0 : MetricsRow.ChecksumColumn.Length))
            header = null;
        IReadOnlyList<string> named = header is null ? ColumnsOfNow
            : header[MetricsRow.Header.Length..(header.Length - (isOld ? 0 : MetricsRow.ChecksumColumn.Length))]
                .Split(',', StringSplitOptions.RemoveEmptyEntries);
        var rows = Rows(named);
        // Where the header is lost or a name in it is damaged, the columns are those that this program would write.
        var isHeaderDamaged = lines.Length > 0
            && (header is null || (rows.Count > 0 && rows.TrueForAll(row => row is null) && !named.SequenceEqual(ColumnsOfNow)));
        if (!isHeaderDamaged || header is null)
            return new MetricsFile([.. rows.OfType<MetricsRow>()], rows.Count(row => row is null), !isOld && !isHeaderDamaged, named);
        rows = Rows(ColumnsOfNow);
        return new MetricsFile([.. rows.OfType<MetricsRow>()], rows.Count(row => row is null) + 1, false, ColumnsOfNow);

        // In a file of this version a row without its checksum is a row that lost it.
        List<MetricsRow?> Rows(IReadOnlyList<string> further)
        {
            var commas = MetricsRow.Header.Count(letter => letter == ',') + further.Count + (isOld ? 0 : 1);
            return [.. lines.Skip(header is null ? 0 : 1).Select(line => line.AsSpan().Count(',') == commas ? MetricsRow.Parse(line, further) : null)];
        }
    }
}
