using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Weft.App.Tests;

/// <summary>HTTP/1.1 as bytes on a connection that is kept, so that a test can send what no client library would.</summary>
internal sealed class RawHttp(Uri address) : IDisposable
{
    private TcpClient? _connection;
    private Stream _stream = Stream.Null;

    public void Dispose() => _connection?.Dispose();

    /// <summary>Sends a request and reads its answer; a connection that the server has closed is opened again.</summary>
    public (int Status, Dictionary<string, string> Headers, string Body) Send(string request, bool isHead = false, bool headersOnly = false)
    {
        if (_connection is null)
        {
            _connection = new TcpClient { NoDelay = true };
            _connection.Connect(address.Host, address.Port);
            _stream = new BufferedStream(_connection.GetStream());
        }

        _stream.Write(Encoding.Latin1.GetBytes(request));
        _stream.Flush();
        var status = int.Parse(Line().Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var line = Line(); line.Length > 0; line = Line())
            headers[line[..line.IndexOf(':')].ToLowerInvariant()] = line[(line.IndexOf(':') + 1)..].Trim();
        var body = headersOnly || isHead ? "" : Body(headers);
        if (headersOnly || headers.GetValueOrDefault("connection") == "close")
        {
            _connection.Dispose();
            _connection = null;
        }
        return (status, headers, body);
    }

    private string Body(Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("content-length", out var length))
            return Bytes(int.Parse(length, CultureInfo.InvariantCulture));
        if (headers.GetValueOrDefault("transfer-encoding") != "chunked")
            return "";
        var text = new StringBuilder();
        while (int.Parse(Line(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
        {
            text.Append(Bytes(size));
            Line();
        }
        Line();
        return text.ToString();
    }

    private string Bytes(int count)
    {
        var bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private string Line()
    {
        var text = new StringBuilder();
        for (var letter = _stream.ReadByte(); letter != '\n'; letter = _stream.ReadByte())
        {
            if (letter < 0)
                throw new IOException($"the server closed the connection after '{text}'");
            if (letter != '\r')
                text.Append((char)letter);
        }
        return text.ToString();
    }
}
