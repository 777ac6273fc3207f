using System.Net;
using System.Net.Http.Headers;

namespace Weft.Training.Tests;

/// <summary>Serves files over HTTP within the process, with ranges; a script may answer in its place.</summary>
internal sealed class ScriptedServer(IReadOnlyDictionary<string, byte[]> files) : HttpMessageHandler
{
    private readonly Lock _gate = new();

    /// <summary>Answers a request, or returns null to have the file served.</summary>
    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage?>>? Script { get; set; }

    /// <summary>Address and Range header of each request.</summary>
    public List<string> Requests { get; } = [];

    public void Answer(Func<HttpRequestMessage, HttpResponseMessage?> script) => Script = (request, _) => Task.FromResult(script(request));

    public HttpResponseMessage Serve(HttpRequestMessage request)
    {
        if (!files.TryGetValue(Path.GetFileName(request.RequestUri!.AbsolutePath), out var bytes))
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        if (request.Headers.Range is not { Ranges: { Count: 1 } ranges })
            return Bytes(bytes);
        var from = ranges.Single().From!.Value;
        if (from >= bytes.Length)
            return new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable);
        var part = Bytes(bytes[(int)from..]);
        part.StatusCode = HttpStatusCode.PartialContent;
        part.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, bytes.Length - 1, bytes.Length);
        return part;
    }

    public static HttpResponseMessage Bytes(byte[] bytes) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };

    public static HttpResponseMessage Stream(Stream body, long? length = null)
    {
        var content = new StreamContent(body);
        content.Headers.ContentLength = length;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    public static HttpResponseMessage Redirect(string location) =>
        new(HttpStatusCode.Found) { Headers = { Location = new Uri(location, UriKind.RelativeOrAbsolute) } };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_gate)
            Requests.Add($"{request.RequestUri} {request.Headers.Range}".TrimEnd());
        return (Script is null ? null : await Script(request, cancellationToken)) ?? Serve(request);
    }
}

/// <summary>Gives some bytes and then fails, stalls or goes on for ever.</summary>
internal sealed class HostileBody(byte[] bytes, HostileBody.End end) : Stream
{
    private int _position;

    public enum End
    {
        Reset,
        Stall,
        Endless,
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(buffer.Length, Math.Min(1000, bytes.Length - _position));
        if (count > 0)
        {
            bytes.AsMemory(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        if (end == End.Reset)
            throw new IOException("connection reset by peer");
        if (end == End.Stall)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return buffer.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
