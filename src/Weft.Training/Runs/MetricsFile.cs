using System.Text;

namespace Weft.Training;

/// <summary>What <c>metrics.csv</c> holds.</summary>
/// <param name="Rows">Those that are whole, in the file's order.</param>
/// <param name="Damaged">Lines that are no rows.</param>
/// <param name="HasChecksums">Whether the file is of a version that writes them.</param>
internal sealed record MetricsFile(IReadOnlyList<MetricsRow> Rows, int Damaged, bool HasChecksums)
{
    private const long MaximumBytes = 256 << 20; // a million epochs

    /// <summary>As far as written: what follows the last line feed is still being written. Nothing before there is a file.</summary>
    /// <exception cref="WeftException">Exit 41: it cannot be read.</exception>
    public static MetricsFile Read(RunFolder run)
    {
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadOwn(run.MetricsFile, MaximumBytes);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return new MetricsFile([], 0, true);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's metrics cannot be read", run.MetricsFile, "nothing was changed");
        }

        return Parse(Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.AsSpan().LastIndexOf((byte)'\n') + 1)));
    }

    public static MetricsFile Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var isOld = lines is [MetricsRow.Header, ..];
        var body = lines is [MetricsRow.Header or MetricsRow.Header + MetricsRow.ChecksumColumn, ..] ? lines.Skip(1) : lines;
        // In a file of this version a row without its checksum is a row that lost it.
        var rows = body.Select(line => isOld || line.AsSpan().Count(',') == CommasWithChecksum ? MetricsRow.Parse(line) : null).ToList();
        var isHeaderDamaged = lines.Length > 0 && rows.Count == lines.Length;
        return new MetricsFile([.. rows.OfType<MetricsRow>()], rows.Count(row => row is null), !isOld && !isHeaderDamaged);
    }

    private static readonly int CommasWithChecksum = (MetricsRow.Header + MetricsRow.ChecksumColumn).Count(letter => letter == ',');
}
