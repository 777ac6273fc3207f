using System.Buffers.Binary;
using System.Text;
using Microsoft.Net.Http.Headers;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>
/// Every reader of what strangers send to the server, against bodies that are wrong in some way: it reads them or says why not, nothing else. The long form:
/// <c>dotnet run eng/fuzz.cs -- readers</c>.
/// </summary>
[Trait("Fuzz", "reader")]
public class ServeFuzzTests
{
    private const int Most = 4;
    private static readonly FeatureShape Shape = new(3, 2, 1);
    private static readonly FeatureShape Color = new(2, 2, 3);

    private static readonly Fuzzer Fuzzer = new(failure => failure switch
    {
        RequestException refused => $"{refused.Status}",
        WeftException { Kind: ErrorKind.InvalidInput or ErrorKind.DatasetDamaged } refused => $"{refused.Kind}",
        _ => null,
    });

    [Fact]
    public void Requests_in_JSON()
    {
        const string Flat = """
            {"id":"a","parameters":{"binary_data_output":false,"x":{}},"inputs":[{"name":"image","shape":[2,1,3,2],"datatype":"UINT8",
            "data":[0,1,2,3,4,255,0,1,2,3,4,5]}],"outputs":[{"name":"class"},{"name":"logits","parameters":{"binary_data":true}}]}
            """;
        const string Nested = """{"inputs":[{"data":[[[[1,2],[3,4],[5,6]]]],"datatype":"UINT8","shape":[1,1,3,2],"name":"image"}]}""";
        void Read(string text) => InferRequest.Parse(Encoding.UTF8.GetBytes(text), null, Shape, Most);
        Fuzzer.ReadText("infer-json", Flat, Read);
        Fuzzer.ReadText("infer-json-nested", Nested, Read);
        Fuzzer.Read(new("infer-json-bytes", Encoding.UTF8.GetBytes(Flat)), body => InferRequest.Parse(body, null, Shape, Most));
    }

    /// <summary>The length of the JSON comes in a header, which may lie: here it stands before the body.</summary>
    [Fact]
    public void Requests_with_bytes_after_the_JSON()
    {
        var json = Encoding.UTF8.GetBytes(
            """{"inputs":[{"name":"image","shape":[2,3,2,2],"datatype":"UINT8","parameters":{"binary_data_size":24}}]}""");
        var right = new byte[4 + json.Length + 24];
        BinaryPrimitives.WriteInt32LittleEndian(right, json.Length);
        json.CopyTo(right, 4);
        Fuzzer.Read(new("infer-bytes", right), body =>
        {
            if (body.Length < 4)
                throw RequestException.Bad("no header");
            InferRequest.Parse(body.AsSpan(4), BinaryPrimitives.ReadInt32LittleEndian(body), Color, Most);
        });
    }

    [Fact]
    public void Forms_and_the_pictures_in_them()
    {
        using var png = new MemoryStream();
        PngWriter.Write(png, new FeatureShape(5, 4, 1), [.. Enumerable.Range(0, 20).Select(i => (byte)(i * 12))]);
        byte[] right =
        [
            .. "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\n"u8,
            .. "Content-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"u8, .. png.ToArray(),
            .. "\r\n--b\r\nContent-Disposition: form-data; name=\"picture\"; filename*=utf-8''b.pgm\r\n\r\nP5 2 3 255\n123456\r\n--b--\r\n"u8,
        ];
        var type = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        var input = new PictureInput(null, new FeatureShape(28, 28, 1));
        Fuzzer.Read(new("form", right), body =>
        {
            foreach (var (name, file) in PredictRoute.Parts(body, type).GetAwaiter().GetResult())
                Assert.All(PredictRoute.Read(name, file, input), picture => Assert.Equal(784, picture.Pixels.Length));
        });
        Fuzzer.ReadText("form-type", "multipart/form-data; boundary=\"b\"; charset=utf-8", text =>
        {
            if (!MediaTypeHeaderValue.TryParse(text, out var parsed))
                throw RequestException.Bad("no type");
            PredictRoute.Parts(right, parsed).GetAwaiter().GetResult();
        });
    }
}
