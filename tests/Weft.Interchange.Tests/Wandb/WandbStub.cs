using System.Text.Json;

namespace Weft.Interchange.Tests;

/// <summary>A W&amp;B server as far as the protocol goes: keeps lines by number and notes every breach of the protocol.</summary>
internal sealed class WandbStub
{
    public const string Key = "local-0123456789abcdef0123456789abcdef01234567";

    public Dictionary<string, List<string>> Lines { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public List<string> Uploaded { get; } = [];

    public List<string> Breaches { get; } = [];

    public string Summary { get; private set; } = "";

    public JsonElement Configuration { get; private set; }

    public bool Exists { get; private set; }

    public bool IsComplete { get; private set; }

    public int? ExitCode { get; private set; }

    public int Streams { get; private set; }

    public Func<string> Host { get; set; } = () => "";

    public StubAnswer Answer(StubRequest request)
    {
        if (request.Path.StartsWith("/put/", StringComparison.Ordinal))
        {
            if (request.Headers.ContainsKey("Authorization"))
                Breaches.Add("the key went to an upload address");
            if (request.Headers.GetValueOrDefault("X-Extra") != "yes")
                Breaches.Add("an upload without the header asked for");
            Files[Uri.UnescapeDataString(request.Path["/put/".Length..])] = request.Body;
            return new StubAnswer(200, "");
        }

        if (request.Headers.GetValueOrDefault("Authorization") != "Basic " + Convert.ToBase64String(FakeRun.Utf8("api:" + Key)))
            return new StubAnswer(401, "{\"error\":\"not with " + request.Headers.GetValueOrDefault("Authorization") + "\"}");
        if (request.Path == "/graphql")
            return GraphQl(JsonDocument.Parse(request.Body).RootElement);
        if (request.Path == "/files/team/weft/" + RunId + "/file_stream")
            return Stream(JsonDocument.Parse(request.Body).RootElement);
        Breaches.Add("no such place: " + request.Path);
        return new StubAnswer(404, "{}");
    }

    private string RunId { get; set; } = "?";

    private StubAnswer GraphQl(JsonElement body)
    {
        var variables = body.GetProperty("variables");
        switch (body.GetProperty("operationName").GetString())
        {
            case "RunLineCounts":
                return new StubAnswer(200, Exists
                    ? $"{{\"data\":{{\"model\":{{\"bucket\":{{\"id\":\"x\",\"historyLineCount\":{Count("wandb-history.jsonl")},"
                        + $"\"eventsLineCount\":{Count("wandb-events.jsonl")},\"logLineCount\":{Count("output.log")},"
                        + $"\"wandbConfig\":\"{{\\\"t\\\":1}}\"}}}}}}}}"
                    : "{\"data\":{\"model\":{\"bucket\":null}}}");
            case "UpsertBucket":
                Exists = true;
                IsComplete = false;
                RunId = variables.GetProperty("name").GetString()!;
                Configuration = JsonDocument.Parse(variables.GetProperty("config").GetString()!).RootElement;
                return new StubAnswer(
                    200, $"{{\"data\":{{\"upsertBucket\":{{\"bucket\":{{\"id\":\"x\",\"name\":\"{RunId}\","
                        + $"\"project\":{{\"name\":\"weft\",\"entity\":{{\"name\":\"team\"}}}}}},\"inserted\":true}}}}}}");
            default:
                var files = variables.GetProperty("files").EnumerateArray()
                    .Select(file => $"{{\"name\":\"{file.GetString()}\",\"uploadUrl\":\"{Host()}/put/{Uri.EscapeDataString(file.GetString()!)}\"}}");
                return new StubAnswer(
                    200, $"{{\"data\":{{\"createRunFiles\":{{\"runID\":\"x\",\"uploadHeaders\":[\"X-Extra: yes\"],\"files\":[{string.Join(',', files)}]}}}}}}");
        }
    }

    private StubAnswer Stream(JsonElement body)
    {
        Streams++;
        if (!Exists)
            Breaches.Add("lines before the run was made");
        if (body.TryGetProperty("files", out var files))
        {
            foreach (var file in files.EnumerateObject())
            {
                var offset = file.Value.GetProperty("offset").GetInt32();
                var content = file.Value.GetProperty("content").EnumerateArray().Select(line => line.GetString()!).ToList();
                if (file.Name == "wandb-summary.json")
                    Summary = content.Single();
                else
                    Put(file.Name, offset, content);
            }
        }

        if (body.TryGetProperty("uploaded", out var uploaded))
            Uploaded.AddRange(uploaded.EnumerateArray().Select(path => path.GetString()!));
        if (body.TryGetProperty("complete", out var complete))
            (IsComplete, ExitCode) = (complete.GetBoolean(), body.GetProperty("exitcode").GetInt32());
        return new StubAnswer(200, "{\"limits\":{}}", "RateLimit-Remaining: 1000\r\nRateLimit-Reset: 1");
    }

    private void Put(string file, int offset, List<string> content)
    {
        if (!Lines.TryGetValue(file, out var lines))
            Lines[file] = lines = [];
        if (offset > lines.Count)
            Breaches.Add($"{file}: line {offset} came when {lines.Count} were there");
        for (var i = 0; i < content.Count; i++)
        {
            if (offset + i >= lines.Count)
                lines.Add(content[i]);
            else if (lines[offset + i] != content[i])
                Breaches.Add($"{file}: line {offset + i} came again, changed");
        }
    }

    private int Count(string file) => Lines.GetValueOrDefault(file)?.Count ?? 0;
}
