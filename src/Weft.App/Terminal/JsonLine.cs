using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weft.App;

/// <summary>The one JSON object of a command whose result is too long to be kept: it is written piece by piece as the last line of standard output.</summary>
internal sealed class JsonLine : IDisposable
{
    private readonly TextWriter _output;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public JsonLine(TextWriter output)
    {
        _output = output;
        Writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Hands over what was written since the last call.</summary>
    public void Send()
    {
        Writer.Flush();
        _output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
    }

    /// <summary>Closes what is still open, so that the line is an object whatever happened, and ends the line.</summary>
    public void Dispose()
    {
        if (Writer.CurrentDepth > 1)
            Writer.WriteEndArray();
        Writer.WriteEndObject();
        Send();
        Writer.Dispose();
        _output.WriteLine();
        _output.Flush();
    }
}
