namespace Weft.Training;

/// <summary>What the operating system said about a file, as one of our errors.</summary>
internal static class DiskFailure
{
    /// <summary>The number of the error that a limit on the size of files gives: EFBIG.</summary>
    public const int FileTooBig = 27;

    private const int NoSpace = 28;                            // ENOSPC, the same number on Linux and macOS
    private const int QuotaLinux = 122;                        // EDQUOT
    private const int QuotaMac = 69;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>Whether <paramref name="failure"/> comes from a file operation. A file-size limit shows as an argument exception.</summary>
    public static bool Is(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or System.Security.SecurityException or ArgumentOutOfRangeException;

    /// <summary>Whether there was no room: a full disk, a quota, a limit on the size of files.</summary>
    public static bool IsFull(Exception failure) => failure is ArgumentOutOfRangeException
        || failure is IOException { HResult: NoSpace or FileTooBig or DiskFullWindows }
        || (OperatingSystem.IsLinux() && failure.HResult == QuotaLinux) || (OperatingSystem.IsMacOS() && failure.HResult == QuotaMac);

    /// <param name="what">"the run's folder cannot be made"</param>
    public static WeftException ToError(Exception failure, string what, string where, string? safe = null, NextStep? advice = null)
    {
        return new WeftException(IsFull(failure) ? ErrorKind.DiskFull : ErrorKind.IoError, what, failure)
        {
            Where = where, Found = failure.Message, Safe = safe, Next = advice,
        };
    }
}
