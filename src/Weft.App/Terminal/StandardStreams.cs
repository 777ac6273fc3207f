using System.Runtime.InteropServices;

namespace Weft.App;

/// <summary>
/// Standard streams that the caller may have closed (<c>weft train >&amp;-</c>). The numbers 0, 1 and 2 then belong to whatever is opened first: the runtime's
/// own pipes, or a run's file, which would receive what is meant for people. A closed stream stays one: reading and writing fail, and nothing else gets its
/// number.
/// </summary>
internal static class StandardStreams
{
    private const int Streams = 3;
    private const int GetFlags = 1;    // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const int WriteOnly = 1;   // O_WRONLY

    private static readonly bool[] IsClosed = new bool[Streams];

    /// <summary>To be called before anything is opened.</summary>
    public static void Keep()
    {
        if (OperatingSystem.IsWindows())
            return; // handles there have no numbers that are given out again
        try
        {
            for (var stream = 0; stream < Streams; stream++)
            {
                var flags = Control(stream, GetFlags);
                // What we were started with cannot have this flag, for it would have been closed then: the runtime has taken the number.
                IsClosed[stream] = flags < 0 || (flags & CloseOnExec) != 0;
                if (flags < 0)
                    _ = Open("/dev/null", stream == 0 ? WriteOnly : 0); // the wrong way round, so that its use fails as that of a closed stream does
            }
        }
        catch (Exception unknown) when (unknown is DllNotFoundException or EntryPointNotFoundException)
        {
            Array.Clear(IsClosed); // a system without this C library
        }
    }

    public static Stream OpenInput() => IsClosed[0] ? new ClosedStream() : Console.OpenStandardInput();

    public static Stream OpenOutput() => IsClosed[1] ? new ClosedStream() : Console.OpenStandardOutput();

    public static Stream OpenError() => IsClosed[2] ? new ClosedStream() : Console.OpenStandardError();

    /// <summary>Whether a person sees standard output at once.</summary>
    public static bool OutputIsTerminal => !IsClosed[1] && !Console.IsOutputRedirected;

    public static bool ErrorIsTerminal => !IsClosed[2] && !Console.IsErrorRedirected;

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command);

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    private sealed class ClosedStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw Closed();

        public override void Write(byte[] buffer, int offset, int count) => throw Closed();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private static IOException Closed() => new("the standard stream is closed");
    }
}
