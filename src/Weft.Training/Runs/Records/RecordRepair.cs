using System.Text;

namespace Weft.Training;

/// <summary>
/// What a process that takes over a run finds in its records. Where lines are damaged, the file is kept under the name <c>.damaged</c> and written anew from
/// the lines that are whole; a row of an epoch whose event is whole comes back from there.
/// </summary>
internal sealed record RecordRepair(
    IReadOnlyList<MetricsRow> Rows, IReadOnlyList<RunEvent> Events, bool HasChecksums, IReadOnlyList<string> Further, Warned? Notice)
{
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: the events are no file of events; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: they cannot be read or written.
    /// </exception>
    public static RecordRepair Of(RunFolder run)
    {
        var tail = new RunTail(run);
        var events = tail.Read();
        var metrics = MetricsFile.Read(run);
        if (metrics.Damaged == 0 && tail.Damage.Count == 0)
            return new RecordRepair(metrics.Rows, events, metrics.HasChecksums, metrics.Further, null);
        try
        {
            var rows = Complete(metrics.Rows, events);
            if (tail.Damage.Count > 0)
                Replace(run.EventsFile, WholeLines(run.EventsFile, tail.Damage));
            if (metrics.Damaged > 0)
                Replace(run.MetricsFile, Encoding.UTF8.GetBytes(
                    string.Concat(rows.Select(row => row.ToCheckedCsv(metrics.Further) + "\n")
                        .Prepend(MetricsRow.HeaderOf(metrics.Further) + MetricsRow.ChecksumColumn + "\n"))));
            return new RecordRepair(rows, events, metrics.Damaged > 0 || metrics.HasChecksums, metrics.Further, new Warned(
                "records-damaged",
                $"{metrics.Damaged} rows of metrics.csv and {tail.Damage.Count} lines of events.jsonl were damaged; "
                + $"{rows.Count - metrics.Rows.Count} rows were restored from events",
                $"the files as they were are kept as *{DamagedName.Ending}"));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's damaged records cannot be written anew", run.Path, "the checkpoints are intact");
        }
    }

    private static IReadOnlyList<MetricsRow> Complete(IReadOnlyList<MetricsRow> rows, IReadOnlyList<RunEvent> events)
    {
        var known = rows.Select(row => row.Epoch).ToHashSet();
        var restored = events.OfType<EpochDone>().Where(epoch => known.Add(epoch.Epoch)).Select(epoch => epoch.ToRow());
        return [.. rows.Concat(restored).OrderBy(row => row.Epoch)];
    }

    private static byte[] WholeLines(string path, IReadOnlyList<DamagedLine> damage)
    {
        var bytes = RegularFile.ReadOwn(path, Array.MaxLength);
        using var whole = new MemoryStream(bytes.Length);
        var from = 0;
        foreach (var line in damage)
        {
            whole.Write(bytes.AsSpan(from..(int)line.Offset));
            from = (int)line.Offset + line.Length + 1;
        }

        whole.Write(bytes.AsSpan(from));
        return whole.ToArray();
    }

    private static void Replace(string path, byte[] content) =>
        DurableFile.Write(DiskFiles.Instance, path, content, keepPrevious: DamagedName.For(path));
}
