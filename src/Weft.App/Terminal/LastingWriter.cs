using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// UTF-8 text to a stream that may go away (a closed pipe, a full disk under <c>&gt; file</c>): from the first failed write on the text is dropped, so that a
/// training goes on, and <see cref="Lost"/> tells.
/// </summary>
internal sealed class LastingWriter(Stream stream) : TextWriter
{
    private readonly StreamWriter _writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>Why text was lost, or null.</summary>
    public IOException? Lost { get; private set; }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Try(value, static (writer, value) => writer.Write(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value) => Try(value, static (writer, value) => writer.Write(value));

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Flush() => Try(0, static (writer, _) => writer.Flush());

    private void Try<T>(T value, Action<StreamWriter, T> write)
    {
        lock (_writer)
        {
            if (Lost is not null)
                return;
            try
            {
                write(_writer, value);
            }
            catch (Exception lost) when (DiskFailure.Is(lost))
            {
                Lost = lost as IOException ?? new IOException(lost.Message, DiskFailure.FileTooBig);
            }
        }
    }
}
