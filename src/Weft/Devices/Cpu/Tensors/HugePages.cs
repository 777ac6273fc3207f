using System.Runtime.InteropServices;

namespace Weft.Devices.Cpu;

/// <summary>Advice to the kernel to back large buffers with 2 MB pages: strided passes over activations then miss the address cache far less often.</summary>
internal static unsafe partial class HugePages
{
    public const int Size = 1 << 21;

    private const int AdviceHugePage = 14; // MADV_HUGEPAGE

    private static bool _isUnavailable = !OperatingSystem.IsLinux();

    /// <summary>Only advice: where it cannot be given, or is not followed, results are the same.</summary>
    public static void Advise(void* address, nuint bytes)
    {
        if (_isUnavailable)
            return;
        try
        {
            _ = Advise(address, bytes, AdviceHugePage);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            _isUnavailable = true; // a Linux without this C library
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
