using System.Text;

namespace Weft.Training;

/// <summary>How a run begins and ends, without what is between: enough for a list of a thousand runs. Never writes.</summary>
/// <param name="First">Null before the first event, or where the file holds something else.</param>
/// <param name="Last">The newest events, oldest first: at most a handful.</param>
/// <param name="Length">The length of the file in bytes.</param>
internal sealed record RunGlance(RunEvent? First, IReadOnlyList<RunEvent> Last, long Length)
{
    private const int HeadBytes = 1 << 10; // a first event has some 150 bytes
    private const int TailBytes = 4 << 10; // steps have some 200 bytes
    private const int MostLast = 4;

    /// <summary>The run's last word about itself, if it has one.</summary>
    public RunStopped? Stopped => Last is [.., RunStopped stopped] ? stopped : null;

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.NewerFormat"/>: written by a newer version; <see cref="ErrorKind.IoError"/>: the events cannot be read.
    /// </exception>
    public static RunGlance Of(RunFolder folder)
    {
        try
        {
            if (PathKinds.Of(folder.EventsFile) == PathKind.Absent)
                return new RunGlance(null, [], 0);
            using var file = RegularFile.OpenOwn(folder.EventsFile, bufferSize: 0);
            var length = file.Length;
            var head = Text(file, 0, (int)Math.Min(HeadBytes, length));
            var first = head.IndexOf('\n') is var end and > 0 ? RunEventLine.Read(head[..end], folder.EventsFile) : null;
            var from = Math.Max(0, length - TailBytes);
            var tail = Text(file, from, (int)(length - from));
            var lines = tail[..(tail.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var last = lines.Skip(from > 0 ? 1 : 0).TakeLast(MostLast).Select(line => RunEventLine.Read(line, folder.EventsFile)).OfType<RunEvent>();
            return new RunGlance(first, [.. last], length);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's events cannot be read", folder.EventsFile);
        }
    }

    private static string Text(FileStream file, long from, int count)
    {
        var bytes = new byte[count];
        file.Position = from;
        return Encoding.UTF8.GetString(bytes.AsSpan(0, file.ReadAtLeast(bytes, count, throwOnEndOfStream: false)));
    }
}
