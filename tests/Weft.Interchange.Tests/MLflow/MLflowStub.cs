using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Interchange.Tests;

/// <summary>An MLflow server as far as the protocol goes: appends every metric it is sent, and writes parameters once.</summary>
internal sealed class MLflowStub
{
    public List<(string Key, double Value, long Time, long Step)> Metrics { get; } = [];

    public Dictionary<string, string> Parameters { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public List<string> Breaches { get; } = [];

    public int Runs { get; private set; }

    public string Status { get; private set; } = "";

    public string? Authorization { get; set; }

    public string ArtifactUri { get; set; } = "mlflow-artifacts:/1/abc/artifacts";

    private bool HasExperiment { get; set; }

    private string Identity { get; set; } = "";

    public StubAnswer Answer(StubRequest request)
    {
        if (Authorization is not null && request.Headers.GetValueOrDefault("Authorization") != Authorization)
            return new StubAnswer(401, "{\"error_code\":\"UNAUTHENTICATED\",\"message\":\"who are you\"}");
        const string Artifacts = "/api/2.0/mlflow-artifacts/artifacts/1/abc/artifacts/";
        if (request.Method == "PUT" && request.Path.StartsWith(Artifacts, StringComparison.Ordinal))
        {
            Files[request.Path[Artifacts.Length..]] = request.Body;
            return new StubAnswer(200, "{}");
        }

        var path = request.Path.Split('?');
        var body = request.Body.Length > 0 ? JsonNode.Parse(request.Body)! : new JsonObject();
        return path[0]["/api/2.0/mlflow/".Length..] switch
        {
            "experiments/get-by-name" =>
                HasExperiment ? new StubAnswer(200, "{\"experiment\":{\"experiment_id\":\"1\"}}") : Error(404, "RESOURCE_DOES_NOT_EXIST"),
            "experiments/create" => CreateExperiment(),
            "runs/create" => CreateRun(body),
            "runs/search" => new StubAnswer(
                200, Runs > 0 && body["filter"]!.GetValue<string>() == $"tags.`weft.run` = '{Identity}'" ? $"{{\"runs\":[{Run}]}}" : "{}"),
            "runs/get" => new StubAnswer(200, $"{{\"run\":{Run}}}"),
            "runs/update" => Update(body),
            "runs/log-batch" => LogBatch(body),
            "runs/log-parameter" => LogParameter(body["key"]!.GetValue<string>(), body["value"]!.GetValue<string>())
                ? new StubAnswer(200, "{}") : Error(400, "INVALID_PARAMETER_VALUE"),
            "metrics/get-history" => History(path[1]),
            _ => Error(404, "ENDPOINT_NOT_FOUND"),
        };
    }

    private string Run => $"{{\"info\":{{\"run_id\":\"abc\",\"artifact_uri\":\"{ArtifactUri}\",\"status\":\"RUNNING\"}}}}";

    private StubAnswer CreateExperiment()
    {
        if (HasExperiment)
            return Error(400, "RESOURCE_ALREADY_EXISTS");
        HasExperiment = true;
        return new StubAnswer(200, "{\"experiment_id\":\"1\"}");
    }

    private StubAnswer CreateRun(JsonNode body)
    {
        Runs++;
        Status = "RUNNING";
        Identity = body["tags"]!.AsArray().Single(tag => tag!["key"]!.GetValue<string>() == "weft.run")!["value"]!.GetValue<string>();
        return new StubAnswer(200, $"{{\"run\":{Run}}}");
    }

    private StubAnswer Update(JsonNode body)
    {
        Status = body["status"]!.GetValue<string>();
        return new StubAnswer(200, "{\"run_info\":{}}");
    }

    private StubAnswer LogBatch(JsonNode body)
    {
        var metrics = body["metrics"]?.AsArray() ?? [];
        var parameters = body["params"]?.AsArray() ?? [];
        if (metrics.Count > 1000 || parameters.Count > 100)
            Breaches.Add($"a batch of {metrics.Count} metrics and {parameters.Count} parameters");
        if (parameters.Any(parameter =>
            Parameters.TryGetValue(parameter!["key"]!.GetValue<string>(), out var known) && known != parameter["value"]!.GetValue<string>()))
            return Error(400, "INVALID_PARAMETER_VALUE");
        foreach (var metric in metrics)
            Metrics.Add((metric!["key"]!.GetValue<string>(), metric["value"]!.GetValue<double>(),
                metric["timestamp"]!.GetValue<long>(), metric["step"]!.GetValue<long>()));
        foreach (var parameter in parameters)
            LogParameter(parameter!["key"]!.GetValue<string>(), parameter["value"]!.GetValue<string>());
        return new StubAnswer(200, "{}");
    }

    private bool LogParameter(string key, string value) => Parameters.TryAdd(key, value) || Parameters[key] == value;

    // In pages of 7, with whole numbers as texts, as some servers do it.
    private StubAnswer History(string query)
    {
        var parts = query.Split('&').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => Uri.UnescapeDataString(part[1]));
        var of = Metrics.Where(metric => metric.Key == parts["metric_key"]).ToList();
        if (of.Count == 0)
            return Error(404, "RESOURCE_DOES_NOT_EXIST");
        var from = parts.TryGetValue("page_token", out var token) ? int.Parse(token) : 0;
        var page = of.Skip(from).Take(7)
            .Select(metric => $"{{\"key\":{JsonSerializer.Serialize(metric.Key)},\"value\":1,\"timestamp\":\"{metric.Time}\",\"step\":\"{metric.Step}\"}}");
        return new StubAnswer(200, $"{{\"metrics\":[{string.Join(',', page)}]{(from + 7 < of.Count ? $",\"next_page_token\":\"{from + 7}\"" : "")}}}");
    }

    private static StubAnswer Error(int status, string code) => new(status, $"{{\"error_code\":\"{code}\",\"message\":\"no\"}}");
}
