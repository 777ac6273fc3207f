using System.Runtime.InteropServices;

namespace Weft.App;

/// <summary>
/// A limit on the size of files (<c>ulimit -f</c>). The system ends a process that writes past it; with the signal taken the write fails
/// instead, as on a full disk.
/// </summary>
internal static class FileSizeLimit
{
    private const PosixSignal Exceeded = (PosixSignal)25; // SIGXFSZ, the same number on Linux and macOS

    /// <returns>To be kept as long as the process lives; null where there is no such signal.</returns>
    public static IDisposable? AsError() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create(Exceeded, context => context.Cancel = true) : null;
}
