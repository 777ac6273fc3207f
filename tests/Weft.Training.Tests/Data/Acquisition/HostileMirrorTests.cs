using System.Net;
using static Weft.Training.Tests.HostileBody;

namespace Weft.Training.Tests;

/// <summary>Servers that do what they must not: a typed error that tells what, and nothing left behind.</summary>
public sealed class HostileMirrorTests : IDisposable
{
    private readonly TinyDataset _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void A_web_page_in_place_of_the_file() => Refuse("is a web page", _ => ScriptedServer.Bytes("<!DOCTYPE html><html>sign in</html>"u8.ToArray()));

    [Fact]
    public void Other_content_of_the_same_shape() => Refuse("is not the published file", request => ScriptedServer.Bytes(
        request.RequestUri!.AbsolutePath.Contains("images") ? IdxBytes.Gzip(IdxBytes.Images(300, 28, 28, seed: 9))
            : IdxBytes.Gzip(IdxBytes.Labels(300, _ => 1))));

    [Fact]
    public void A_short_file_without_a_length() => Refuse("is incomplete", request => ScriptedServer.Stream(new MemoryStream(Full(request)[..^9])));

    [Fact]
    public void A_body_that_never_ends() =>
        Refuse("larger than the published one", request => ScriptedServer.Stream(new HostileBody(Full(request), End.Endless)));

    [Fact]
    public void A_length_beyond_the_limit() => Refuse("larger than the published one", _ => ScriptedServer.Stream(Stream.Null, 1L << 40));

    [Fact]
    public void A_bomb()
    {
        var bomb = IdxBytes.Gzip([.. IdxBytes.Header([0, 0, 8, 3], 300, 28, 28), .. new byte[20 << 20]]);
        Refuse("holds more data than its header says", _ => ScriptedServer.Bytes(bomb));
    }

    [Fact]
    public void A_body_that_stops_coming()
    {
        _tiny.Server.Answer(request => ScriptedServer.Stream(new HostileBody(Full(request)[..1000], End.Stall)));
        AssertRefused("nothing came for 0.1 s", _tiny.Options with { Limits = _tiny.Options.Limits with { Silence = TimeSpan.FromMilliseconds(100) } });
    }

    [Fact]
    public void A_body_that_drips()
    {
        _tiny.Server.Answer(request => ScriptedServer.Stream(new HostileBody(Full(request)[..1000], End.Stall)));
        AssertRefused("not done after", _tiny.Options with { Limits = _tiny.Options.Limits with { Total = TimeSpan.FromMilliseconds(200) } });
    }

    [Fact]
    public void A_connection_that_always_breaks() =>
        Refuse("connection reset by peer", request => ScriptedServer.Stream(new HostileBody(Full(request)[..1000], End.Reset)));

    [Fact]
    public void Redirects_without_end() => Refuse("too many redirects", request => ScriptedServer.Redirect(request.RequestUri!.ToString()));

    [Theory]
    [InlineData("http://mirror.example/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://mirror.example/x")]
    public void A_redirect_away_from_https(string location) => Refuse("the address is not https", _ => ScriptedServer.Redirect(location));

    [Theory]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://localhost/x")]
    [InlineData("https://10.1.2.3/x")]
    [InlineData("https://172.20.0.1/x")]
    [InlineData("https://192.168.1.1/x")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]/x")]
    [InlineData("https://[fe80::1]/x")]
    [InlineData("https://[fd00::1]/x")]
    [InlineData("https://[::ffff:10.0.0.1]/x")]
    [InlineData("https://intranet/x")]
    [InlineData("https://0x7f000001/x")]
    public void A_redirect_into_the_users_own_network(string location) => Refuse("own network", _ => ScriptedServer.Redirect(location));

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "HTTP status 404")]
    [InlineData(HttpStatusCode.Forbidden, "HTTP status 403")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "the server answered 503")]
    [InlineData(HttpStatusCode.TooManyRequests, "the server answered 429")]
    [InlineData(HttpStatusCode.RequestedRangeNotSatisfiable, "could not continue")]
    [InlineData(HttpStatusCode.Moved, "HTTP status 301")] // without an address
    [InlineData(HttpStatusCode.NoContent, "HTTP status 204")]
    public void A_refusal(HttpStatusCode status, string found) => Refuse(found, _ => new HttpResponseMessage(status));

    [Fact]
    public void No_network() => Refuse("no connection", _ => throw new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known"));

    [Fact]
    public void A_continuation_with_another_file()
    {
        var other = IdxBytes.Gzip(IdxBytes.Images(300, 28, 28, seed: 9));
        _tiny.Server.Answer(request =>
        {
            if (request.Headers.Range is null)
                return ScriptedServer.Stream(new HostileBody(Full(request)[..1000], End.Reset), Full(request).Length);
            var part = ScriptedServer.Bytes(other[1000..]);
            part.StatusCode = HttpStatusCode.PartialContent;
            part.Content.Headers.ContentRange = new(1000, other.Length - 1, other.Length);
            return part;
        });
        AssertRefused("");
    }

    [Fact]
    public void A_continuation_from_another_place()
    {
        _tiny.Server.Answer(request =>
        {
            if (request.Headers.Range is null)
                return ScriptedServer.Stream(new HostileBody(Full(request)[..1000], End.Reset), Full(request).Length);
            var part = ScriptedServer.Bytes(Full(request)[500..]);
            part.StatusCode = HttpStatusCode.PartialContent;
            part.Content.Headers.ContentRange = new(500, Full(request).Length - 1, Full(request).Length);
            return part;
        });
        AssertRefused("broke off");
    }

    [Fact]
    public void A_mirror_that_is_not_https() => AssertRefused("the address is not https", _tiny.Options with { Mirrors = [new("http://mirror.example/")] });

    private byte[] Full(HttpRequestMessage request) => _tiny.Packed[Path.GetFileName(request.RequestUri!.AbsolutePath)];

    private void Refuse(string reason, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _tiny.Server.Answer(answer);
        AssertRefused(reason);
    }

    private void AssertRefused(string reason, DataOptions? options = null)
    {
        var error = _tiny.Refused(ErrorKind.DownloadFailed, options);
        Assert.Contains("train-images-idx3-ubyte.gz", error.Found);
        Assert.True(error.Found!.Contains(reason), error.Found);
        Assert.Empty(_tiny.Cached());
    }
}
