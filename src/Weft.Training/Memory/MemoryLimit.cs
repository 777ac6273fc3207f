using System.Globalization;

namespace Weft.Training;

/// <summary>How much memory this process may use before the system refuses it or ends the process without a word.</summary>
/// <param name="Bytes">The smallest of all limits that hold.</param>
/// <param name="Source">Which limit that is, for people: "the memory limit of its control group /app".</param>
internal sealed record MemoryLimit(long Bytes, string Source)
{
    private const string Groups = "/sys/fs/cgroup";
    private const string OwnGroups = "/proc/self/cgroup";
    private const string OwnLimits = "/proc/self/limits";
    private const string Machine = "/proc/meminfo";

    private static readonly (string Title, string Source)[] OfProcess =
    [
        ("Max address space", "the limit of its address space (ulimit -v)"), ("Max data size", "the limit of its data (ulimit -d)"),
    ];

    /// <summary>What holds for this process now. Control groups and their limits may change while it runs, so it is read anew each time.</summary>
    public static MemoryLimit Current() => Of(SystemTable.Text, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="read">The text of a file of the system, or null where it is not there or cannot be read.</param>
    /// <param name="available">
    /// What the runtime counts as the machine's memory. It knows a job's limit on Windows; in a container it is what it allows its own
    /// heap.
    /// </param>
    internal static MemoryLimit Of(Func<string, string?> read, long available)
    {
        var limits = new List<MemoryLimit>();
        limits.Add(Physical(read(Machine)) is { } physical
            ? new MemoryLimit(physical, "the memory of this machine")
            : new MemoryLimit(available, "the memory that the system gives to this process"));
        foreach (var line in Lines(read(OwnGroups)))
            limits.AddRange(OfGroup(line, read));
        foreach (var line in Lines(read(OwnLimits)))
        {
            foreach (var (title, source) in OfProcess)
            {
                if (line.StartsWith(title, StringComparison.Ordinal) && Number(line[title.Length..].TrimStart().Split(' ')[0]) is { } bytes)
                    limits.Add(new MemoryLimit(bytes, source));
            }
        }

        return limits.MinBy(limit => limit.Bytes)!;
    }

    // A line is number:controllers:path. A group's limit holds together with those of all groups around it. Where a container sees only its own groups, the
    // path names folders that are not there, and the group at the top is its own.
    private static IEnumerable<MemoryLimit> OfGroup(string line, Func<string, string?> read)
    {
        var parts = line.Split(':', 3);
        if (parts.Length < 3)
            yield break;
        var isNew = parts[1].Length == 0;
        if (!isNew && !parts[1].Split(',').Contains("memory"))
            yield break;
        var file = isNew ? "memory.max" : "memory.limit_in_bytes";
        string[] tops = isNew ? [Groups, Groups + "/unified"] : [Groups + "/memory"];
        var names = parts[2].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Contains(".."))
            names = []; // a group outside of what this process sees
        for (var depth = names.Length; depth >= 0; depth--)
        {
            var path = string.Concat(names.Take(depth).Select(name => "/" + name));
            foreach (var top in tops)
            {
                if (Number(read($"{top}{path}/{file}")) is { } bytes)
                    yield return new MemoryLimit(bytes, $"the memory limit of its control group {(path.Length > 0 ? path : "/")}");
            }
        }
    }

    private static long? Physical(string? text)
    {
        const string Title = "MemTotal:";
        var line = Lines(text).FirstOrDefault(line => line.StartsWith(Title, StringComparison.Ordinal));
        return Number(line?[Title.Length..].Trim().Split(' ')[0]) is { } kilobytes and < long.MaxValue / 1024 ? kilobytes * 1024 : null;
    }

    // "max", "unlimited", what is no number, and 0, which no living process can have, are no limit.
    private static long? Number(string? text) => ulong.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? (long)Math.Min(number, long.MaxValue) : null;

    private static string[] Lines(string? text) => text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
