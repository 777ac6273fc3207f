using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>What the server answers: the keys and the bits of <c>weft predict --json</c>, by every way in.</summary>
public class ServeTests(ServeHost host) : IClassFixture<ServeHost>
{
    private const string Pixels = "application/octet-stream";
    private const string Infer = $"/v2/models/{ServeHost.Name}/infer";

    [Fact]
    public async Task Pixels_give_the_bits_of_predict()
    {
        var expected = host.Predict(host.Images).EnumerateArray().ToArray();
        foreach (var (i, image) in host.Pixels.Index())
        {
            var answer = await host.Post("/predict", ServeHost.Body(image, Pixels));
            Same(expected[i], answer.GetProperty("predictions")[0]);
            Assert.Equal((ServeHost.Name, host.Pool.Version), (Text(answer.GetProperty("model"), "name"), Text(answer.GetProperty("model"), "version")));
        }
    }

    [Fact]
    public async Task Pictures_are_read_as_predict_reads_them()
    {
        var files = Pictures();
        using var form = new MultipartFormDataContent { { new StringContent("not a file"), "note" } };
        foreach (var file in files)
        {
            var answer = await host.Post("/predict", ServeHost.Body(File.ReadAllBytes(file), "image/png"));
            Same(host.Predict(file)[0], answer.GetProperty("predictions")[0]);
            form.Add(ServeHost.Body(File.ReadAllBytes(file), "image/png"), "picture", Path.GetFileName(file));
        }

        var all = (await host.Post("/predict", form)).GetProperty("predictions");
        Assert.Equal(files.Select(Path.GetFileName), all.EnumerateArray().Select(entry => Text(entry, "file")));
        foreach (var (i, expected) in host.Predict([.. files]).EnumerateArray().Index())
            Same(expected, all[i]);
    }

    [Fact]
    public async Task Details_say_what_the_network_saw_and_where_it_looked()
    {
        var image = host.Pixels[0];
        var details = (await host.Post("/predict?details=1", ServeHost.Body(image, Pixels))).GetProperty("details")[0];
        Assert.Equal(image, details.GetProperty("pixels").GetBytesFromBase64());
        Assert.Equal([12, 12, 1], new[] { "height", "width", "channels" }.Select(key => details.GetProperty(key).GetInt32()));
        Assert.Equal(144, details.GetProperty("saliency").GetBytesFromBase64().Length);
    }

    [Fact]
    public async Task Calibrated_probabilities_are_those_of_predict_and_a_model_without_a_temperature_says_so()
    {
        var refused = await host.Http.PostAsync("/predict?calibrated=1", ServeHost.Body(host.Pixels[0], Pixels));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("does not say what calibrates it", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var model = host.At("calibrated.safetensors");
        Assert.Equal(0, FakeScreen.Run("export", ServeHost.Name, "--runs", host.Runs, "--format", "safetensors", "--out", model, "--threads", "1").Code);
        await using var pool = new PredictionPool(new ServedFile(model, null) { Load = OpenedModel.Load }, new PredictionPoolOptions { Threads = 1 });
        await using var server = await host.Start(pool);
        using var http = new HttpClient { BaseAddress = server.Address };
        var answered = await http.PostAsync("/predict?calibrated=1", ServeHost.Body(host.Pixels[0], Pixels));
        var answer = JsonDocument.Parse(await answered.Content.ReadAsStringAsync()).RootElement;
        var (_, screen) = FakeScreen.Run("predict", model, host.Images, "--calibrated", "--json", "--threads", "1");
        var expected = JsonDocument.Parse(screen.OutputLines[^1]).RootElement;
        Assert.True(answer.GetProperty("calibrated").GetBoolean());
        Assert.Equal(expected.GetProperty("temperature").GetDouble(), answer.GetProperty("temperature").GetDouble());
        Same(expected.GetProperty("predictions")[0], answer.GetProperty("predictions")[0]);
    }

    /// <summary>JSON flat and nested, bytes in, bytes out: all four give the bits of <c>weft predict</c>.</summary>
    [Fact]
    public async Task The_inference_protocol_gives_the_bits_of_predict()
    {
        var images = host.Pixels[..5];
        var expected = host.Predict(host.Images).EnumerateArray().Take(5).ToArray();
        float[] probabilities = [.. expected.SelectMany(Probabilities)];
        var flat = Request(images, string.Join(',', images.SelectMany(image => image)));
        var nested = Request(images, string.Join(
            ',', images.Select(image => $"[[{string.Join(',', image.Chunk(12).Select(row => $"[{string.Join(',', row)}]"))}]]")));
        foreach (var json in new[] { flat, nested })
        {
            var answer = await host.Post(Infer, Json(json));
            Assert.Equal((ServeHost.Name, host.Pool.Version, "seven"), (Text(answer, "model_name"), Text(answer, "model_version"), Text(answer, "id")));
            var outputs = answer.GetProperty("outputs").EnumerateArray().ToDictionary(output => Text(output, "name"));
            Assert.Equal(["probabilities", "logits", "class"], outputs.Keys);
            Assert.Equal(probabilities, outputs["probabilities"].GetProperty("data").EnumerateArray().Select(value => value.GetSingle()));
            Assert.Equal([5, 3], outputs["logits"].GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
            var names = outputs["class"].GetProperty("data").EnumerateArray().Select(name => name.GetString());
            Assert.Equal(expected.Select(entry => Text(entry, "class")), names);
        }

        var (outputsOfBytes, bytes) = await InBytes(images);
        Assert.Equal(["class", "probabilities"], outputsOfBytes.Select(output => Text(output, "name")));
        var sizes = outputsOfBytes.Select(output => output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()).ToArray();
        Assert.Equal(bytes.Length, sizes.Sum());
        Assert.Equal(probabilities, MemoryMarshal.Cast<byte, float>(bytes.AsSpan(sizes[0])).ToArray());
        foreach (var entry in expected)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            Assert.Equal(Text(entry, "class"), Encoding.UTF8.GetString(bytes, 4, length));
            bytes = bytes[(4 + length)..];
        }
    }

    [Fact]
    public async Task The_protocol_says_what_there_is()
    {
        foreach (var path in new[] { "/v2", "/v2/health/live", "/v2/health/ready", $"/v2/models/{ServeHost.Name}", $"/v2/models/{ServeHost.Name}/ready",
            $"/v2/models/{ServeHost.Name}/versions/{host.Pool.Version}", $"/v2/models/{ServeHost.Name}/versions/{host.Pool.Version}/ready" })
            Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(path)).StatusCode);
        foreach (var path in new[] { "/v2/models/other", "/v2/models/other/ready", $"/v2/models/{ServeHost.Name}/versions/1", "/v2/nothing", "/v1" })
        {
            using var answer = await host.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("\"error\":", await answer.Content.ReadAsStringAsync());
        }

        using var metadata = JsonDocument.Parse(await host.Http.GetStringAsync($"/v2/models/{ServeHost.Name}"));
        Assert.Equal([-1, 1, 12, 12], metadata.RootElement.GetProperty("inputs")[0].GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
    }

    [Fact]
    public async Task What_is_described_is_what_there_is()
    {
        using var description = JsonDocument.Parse(await host.Http.GetStringAsync("/openapi/v1.json"));
        var described = from path in description.RootElement.GetProperty("paths").EnumerateObject()
                        from verb in path.Value.EnumerateObject()
                        select $"{verb.Name} {path.Name.Replace("version_of_model", "version", StringComparison.Ordinal)}";
        string[] pages = ["get /", "get /openapi", "get /serve.css", "get /serve.js", "get /icon.svg"];
        var there = from route in host.Server.Routes.Cast<RouteEndpoint>()
                    from verb in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                    where verb != "HEAD"
                    select $"{verb.ToLowerInvariant()} /{route.RoutePattern.RawText!.TrimStart('/')}";
        Assert.Equal(there.Except(pages).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.Contains("POST /predict", await host.Http.GetStringAsync("/openapi"));
    }

    [Fact]
    public async Task What_is_counted_can_be_read()
    {
        await host.Post("/predict", ServeHost.Body(host.Pixels[0], Pixels));
        await host.Post("/predict", ServeHost.Body([1], Pixels), HttpStatusCode.BadRequest);
        var text = await host.Http.GetStringAsync("/metrics");
        Assert.Matches("""(?m)^weft_predict_requests_total\{outcome="ok"\} [1-9]""", text);
        Assert.Matches("""(?m)^weft_predict_duration_seconds_bucket\{outcome="ok",le="0.001"\} \d+$""", text);
        Assert.Matches("""(?m)^weft_predict_batch_size_bucket\{le="1"\} [1-9]""", text);
        Assert.Matches("""(?m)^weft_predict_class_total\{class="\d"\} [1-9]""", text);
        Assert.Matches($$"""(?m)^weft_model_info\{version="{{host.Pool.Version}}"\} 1$""", text);
        Assert.Matches("(?m)^weft_predict_queue 0$", text);
        Assert.Matches("(?m)^http_server_request_duration_seconds_count", text);
        Assert.Matches("(?m)^kestrel_active_connections", text);
        Assert.All(
            text.TrimEnd('\n').Split('\n'),
            line => Assert.Matches("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? [-+.\dE]+)$""", line));
        var kinds = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(kinds.Length, kinds.Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_be_answered_is_told_in_words()
    {
        var png = File.ReadAllBytes(Pictures()[0]);
        var image = host.Pixels[0];
        foreach (var (body, type, status, part) in new (byte[], string?, int, string)[]
        {
            ([], Pixels, 400, "exactly 144 bytes"), (image[1..], Pixels, 400, "exactly 144 bytes"), (image, "text/plain", 400, "Content-Type is"),
            (image, null, 400, "missing"), (image, "image/png", 400, "not a picture"), (png[..^20], "image/png", 400, ""), ([], "image/png", 400, ""),
            (new byte[(1 << 20) + 1], "image/png", 413, "1,048,576 bytes"), (new byte[(8 << 20) + 1], "multipart/form-data; boundary=x", 413, "longer"),
            (image, "multipart/form-data", 400, "boundary"), (image, "multipart/form-data; boundary=x", 400, "form"),
            (Encoding.ASCII.GetBytes("--x\r\n\r\nx\r\n--x--"), "multipart/form-data; boundary=x", 400, ""),
            (Bomb(5000), "image/png", 400, "4,000 a side"),
        })
        {
            var content = ServeHost.Body(body, type ?? Pixels);
            if (type is null)
                content.Headers.ContentType = null;
            var answer = await host.Post("/predict", content, (HttpStatusCode)status);
            Assert.Contains(part, Text(answer, "error"));
        }

        foreach (var (json, part) in new (string, string)[]
        {
            ("", "JSON"), ("{", "JSON"), ("[]", "object"), ("{}", "one input"), ("""{"inputs":{}}""", "list"),
            ("""{"inputs":[{},{}]}""", "one input"), (Request([image], "1,2,3"), "144 values"), (Request([image], "1.5"), "whole numbers"),
            (Request([image], "256"), "whole numbers"), (Request([image], "-1"), "whole numbers"), (Request([image], "\"1\""), "whole numbers"),
            (Request([image], "1").Replace("UINT8", "FP32", StringComparison.Ordinal), "datatype UINT8"),
            (Request([image], "1").Replace("\"image\"", "\"x\"", StringComparison.Ordinal), "The input is image"),
            (Request([image], "1").Replace("12,12", "28,28", StringComparison.Ordinal), "[1 or more, 1, 12, 12]"),
            (Request([image], "1").Replace("[1,1", "[-1,1", StringComparison.Ordinal), "[1 or more"),
            (Request([image], "1").Replace("[1,1", "[9999999999,1", StringComparison.Ordinal), "whole number"),
            (Request([image], "1") + "x", "JSON"), (Request([image], "1").Replace("\"seven\"", "7", StringComparison.Ordinal), "text"),
            (Request([image], "1").Replace("]}]}", "]}],\"outputs\":[{\"name\":\"x\"}]}", StringComparison.Ordinal), "probabilities, logits, class"),
        })
            Assert.Contains(part, Text(await host.Post(Infer, Json(json), HttpStatusCode.BadRequest), "error"));
        var many = Request([.. Enumerable.Repeat(image, 65)], string.Join(',', Enumerable.Repeat("1", 65 * 144)));
        Assert.Contains("64", Text(await host.Post(Infer, Json(many), HttpStatusCode.RequestEntityTooLarge), "error"));
        Assert.Empty(host.Failures);
    }

    [Fact]
    public async Task A_full_queue_is_503_with_when_to_ask_again()
    {
        await using var pool = host.Open(new PredictionPoolOptions { Threads = 1, Queue = 1 });
        await using var server = await host.Start(pool);
        using var http = new HttpClient { BaseAddress = server.Address };
        Task<HttpResponseMessage>[] answers;
        lock (pool.Engine)
        {
            answers = [.. Enumerable.Range(0, 3).Select(_ => http.PostAsync("/predict", ServeHost.Body(host.Pixels[0], Pixels)))];
            Assert.True(SpinWait.SpinUntil(() => answers.Count(answer => answer.IsCompleted) == 2, TimeSpan.FromSeconds(20)));
        }

        var all = await Task.WhenAll(answers);
        var refused = all.Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToArray();
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)], refused.Select(answer => answer.Headers.RetryAfter!.Delta));
        Assert.Single(all, answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_stopping_server_is_not_ready_and_ends_what_it_began()
    {
        await using var pool = host.Open(new PredictionPoolOptions { Threads = 1 });
        await using var server = await host.Start(pool);
        using var http = new HttpClient { BaseAddress = server.Address };
        Task<HttpResponseMessage> begun;
        Task stopped;
        lock (pool.Engine)
        {
            begun = http.PostAsync("/predict", ServeHost.Body(host.Pixels[0], Pixels));
            Assert.True(SpinWait.SpinUntil(() => pool.Waiting == 1, TimeSpan.FromSeconds(20)));
            stopped = pool.StopAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, Status(http.GetAsync("/v2/health/ready")));
            Assert.Equal(HttpStatusCode.OK, Status(http.GetAsync("/v2/health/live")));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, Status(http.PostAsync("/predict", ServeHost.Body(host.Pixels[0], Pixels))));
        }

        await stopped;
        Assert.Equal(HttpStatusCode.OK, (await begun).StatusCode);
    }

    // Within a lock nothing is awaited.
    private static HttpStatusCode Status(Task<HttpResponseMessage> answer) => answer.GetAwaiter().GetResult().StatusCode;

    private string[] Pictures()
    {
        var files = new List<string>();
        foreach (var (i, image) in host.Pixels[..4].Index())
        {
            files.Add(host.At($"picture {i}.png"));
            using var file = File.Create(files[^1]);
            if (i < 2)
                PngWriter.Write(file, new FeatureShape(12, 12, 1), image);
            else
                PngWriter.Write(file, new FeatureShape(40, 30, 3), [.. Enumerable.Range(0, 3600).Select(p => (byte)(p % (90 + i) > 40 ? 255 : p % 50))]);
        }

        return [.. files];
    }

    // A few kilobytes that are a picture of so many pixels a side.
    private static byte[] Bomb(int side)
    {
        using var png = new MemoryStream();
        PngWriter.Write(png, new FeatureShape(side, side, 1), new byte[side * side]);
        return png.ToArray();
    }

    private static string Request(byte[][] images, string data) =>
        $$"""{"id":"seven","inputs":[{"name":"image","shape":[{{images.Length}},1,12,12],"datatype":"UINT8","data":[{{data}}]}]}""";

    private async Task<(JsonElement[] Outputs, byte[] Bytes)> InBytes(byte[][] images)
    {
        var json = Encoding.UTF8.GetBytes(
            $$$"""
            {"inputs":[{"name":"image","shape":[{{{images.Length}}},1,12,12],"datatype":"UINT8","parameters":{"binary_data_size":{{{images.Length * 144}}}}}],
            "outputs":[{"name":"class","parameters":{"binary_data":true}},{"name":"probabilities","parameters":{"binary_data":true}}]}
            """);
        var content = ServeHost.Body([.. json, .. images.SelectMany(image => image)], Pixels);
        content.Headers.Add(InferAnswer.LengthHeader, $"{json.Length}");
        using var answer = await host.Http.PostAsync(Infer, content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await answer.Content.ReadAsByteArrayAsync();
        var length = int.Parse(answer.Headers.GetValues(InferAnswer.LengthHeader).Single(), System.Globalization.CultureInfo.InvariantCulture);
        return ([.. JsonDocument.Parse(body.AsMemory(0, length)).RootElement.GetProperty("outputs").EnumerateArray()], body[length..]);
    }

    private static void Same(JsonElement expected, JsonElement found)
    {
        foreach (var key in new[] { "class", "index", "probability", "probabilities" })
            Assert.Equal(expected.GetProperty(key).GetRawText(), found.GetProperty(key).GetRawText());
    }

    private static IEnumerable<float> Probabilities(JsonElement entry) =>
        entry.GetProperty("probabilities").EnumerateArray().Select(value => value.GetSingle());

    private static HttpContent Json(string text) => ServeHost.Body(Encoding.UTF8.GetBytes(text), "application/json");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
