using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.App;

/// <summary>What is kept about a bug of ours: the stack trace goes into a file, the terminal gets its path.</summary>
internal static class CrashReport
{
    public static WeftException Write(Exception bug, IReadOnlyList<string> arguments)
    {
        var text = $"""
            weft {Product.Version}, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}
            {DateTimeOffset.Now:O}
            weft {string.Join(' ', arguments)}

            {bug}

            """;
        var name = $"weft-crash-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt";
        var what = $"{bug.GetType().Name}: {bug.Message.Split('\n')[0]}";
        string? path = null;
        Exception? refused = null;
        foreach (var folder in Folders())
        {
            try
            {
                using var file = new StreamWriter(RegularFile.Open(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read));
                file.Write(text);
                path = Path.Combine(folder, name);
                break;
            }
            catch (Exception unwritable) when (DiskFailure.Is(unwritable))
            {
                refused ??= unwritable;
            }
        }

        if (path is null)
        {
            return new WeftException(ErrorKind.Bug, what, bug)
            {
                Where = $"no crash report: {refused?.Message}", Next = new Advice("run the command again with --debug to see where it happened"),
            };
        }

        return new WeftException(ErrorKind.Bug, what, bug)
        {
            Where = $"crash report {path}", Safe = "finished checkpoints are never changed afterwards",
            Next = new Advice("please report it with that file")
        };
    }

    // TMPDIR may name a folder that is not there, or that only others may write.
    private static IEnumerable<string> Folders()
    {
        yield return Path.GetTempPath();
        if (!OperatingSystem.IsWindows())
            yield return "/tmp";
        yield return "."; // the current folder, if there still is one
    }
}
