using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>What stands at a path.</summary>
internal enum PathKind
{
    /// <summary>Nothing is there, or it cannot be looked at.</summary>
    Absent = 0,

    Regular = 1,

    Folder = 2,

    /// <summary>A symbolic link, whatever it points to.</summary>
    Link = 3,

    /// <summary>A pipe, a device or a socket: reading it may never end, and replacing it may break the machine.</summary>
    Special = 4,
}

/// <summary>Looks at what stands at a path without opening it.</summary>
internal static class PathKinds
{
    private const int CurrentFolder = -100;        // AT_FDCWD
    private const int NoFollow = 0x100;            // AT_SYMLINK_NOFOLLOW
    private const uint TypeAndInode = 0x1 | 0x100; // STATX_TYPE | STATX_INO
    private const int TypeMask = 0xF000;

    /// <param name="followLinks">Whether a link counts as what it points to.</param>
    public static PathKind Of(string path, bool followLinks = false)
    {
        if (OperatingSystem.IsLinux() && TryStat(path, followLinks, out var stat))
        {
            return (stat.Mode & TypeMask) switch
            {
                0 => PathKind.Absent,
                0x8000 => PathKind.Regular,
                0x4000 => PathKind.Folder,
                0xA000 => PathKind.Link,
                _ => PathKind.Special,
            };
        }

        return OfAttributes(path, followLinks);
    }

    /// <summary>Tells one folder or file from another that took its place under the same path; null where the system does not say.</summary>
    internal static (uint Major, uint Minor, ulong Inode)? IdentityOf(string path) =>
        OperatingSystem.IsLinux() && TryStat(path, followLinks: false, out var stat) && stat.Mode != 0
            ? (stat.DeviceMajor, stat.DeviceMinor, stat.Inode)
            : null;

    // Where there is no statx: a link shows in the attributes, and a pipe or a device has no length, as an empty file, which nobody needs to open.
    private static PathKind OfAttributes(string path, bool followLinks)
    {
        try
        {
            var info = new FileInfo(path);
            var attributes = info.Attributes;
            if ((int)attributes == -1)
                return PathKind.Absent;
            if (attributes.HasFlag(FileAttributes.ReparsePoint) && info.LinkTarget is not null)
                return followLinks && info.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target
                    ? OfAttributes(target.FullName, followLinks: false)
                    : PathKind.Link;
            return attributes.HasFlag(FileAttributes.Directory) ? PathKind.Folder
                : attributes.HasFlag(FileAttributes.Device) || (info.Length == 0 && !OperatingSystem.IsWindows()) ? PathKind.Special
                : PathKind.Regular;
        }
        catch (Exception unseen) when (DiskFailure.Is(unseen))
        {
            return PathKind.Absent;
        }
    }

    private static bool TryStat(string path, bool followLinks, out StatX stat)
    {
        stat = default;
        try
        {
            return Statx(CurrentFolder, path, followLinks ? 0 : NoFollow, TypeAndInode, out stat) == 0
                || Marshal.GetLastPInvokeError() is var error && error != UnknownCall;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    private const int UnknownCall = 38; // ENOSYS

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out StatX result);

    // The kernel's layout, the same for every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
