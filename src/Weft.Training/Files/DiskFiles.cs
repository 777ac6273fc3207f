using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>File operations on the real disk, not on a simulated one.</summary>
internal sealed class DiskFiles : IFiles
{
    public static DiskFiles Instance { get; } = new();

    public Stream CreateNew(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public byte[] ReadAll(string path) => RegularFile.ReadOwn(path, Array.MaxLength);

    public Stream OpenRead(string path) => RegularFile.OpenOwn(path);

    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    // .NET opens no folders, so the system is asked directly. Windows has no such call and journals renames itself.
    public void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Unix.Open(folder, Unix.ReadOnly);
        if (descriptor < 0)
            throw Failed("open", folder);
        var result = Unix.Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Unix.Close(descriptor);
        if (result != 0 && error != Unix.InvalidArgument) // some file systems cannot flush a folder and say so
            throw new IOException($"fsync of folder {folder} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    public void Delete(string path) => File.Delete(path);

    public bool Exists(string path) => PathKinds.Of(path) != PathKind.Absent;

    private static IOException Failed(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of folder {path} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static class Unix
    {
        public const int ReadOnly = 0;
        public const int InvalidArgument = 22;

        [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static extern int Fsync(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        public static extern int Close(int descriptor);
    }
}
