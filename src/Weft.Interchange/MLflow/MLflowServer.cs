using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A run at a server.</summary>
/// <param name="ArtifactFolder">Where files are put, or null where only the machine of the server can.</param>
internal sealed record MLflowRun(string Id, Uri? ArtifactFolder, string ArtifactUri);

/// <summary>One value of a metric. A server keeps every value it is sent, so what was sent is what tells values apart.</summary>
/// <param name="Time">Unix time in milliseconds.</param>
internal sealed record MLflowPoint(string Key, double Value, long Time, long Step);

/// <summary>The REST calls of an MLflow server that a run needs.</summary>
internal sealed class MLflowServer : IDisposable
{
    private const int PageSize = 25_000;

    private readonly RetryingClient _client;
    private readonly MLflowSettings _settings;
    private readonly string _api;
    private readonly RetryRule _rule;

    /// <param name="isLive">Whether a training goes on, which has time to try again for ever.</param>
    public MLflowServer(MLflowSettings settings, TrackingOptions options, bool isLive)
    {
        _settings = settings;
        _api = settings.Server.AbsoluteUri.TrimEnd('/') + "/api/2.0/";
        _client = new RetryingClient(options, settings.Server, settings.Secret, settings.IsInsecure);
        _rule = new RetryRule(IsRetried, options.Retry.TryTime, isLive ? null : options.Retry.Tries);
    }

    /// <summary>The experiment of that name, made where there is none.</summary>
    public string Experiment(string name, CancellationToken cancellationToken)
    {
        string? Find()
        {
            var answer = Call(HttpMethod.Get, "mlflow/experiments/get-by-name?experiment_name=" + Uri.EscapeDataString(name), null, cancellationToken);
            if (answer.IsSuccess)
                return Text(answer.Object(), "experiment", "experiment_id") ?? throw Strange("names no experiment", answer);
            return answer.Status == HttpStatusCode.NotFound || ErrorCode(answer) == "RESOURCE_DOES_NOT_EXIST" ? null : throw Refused(answer);
        }

        if (Find() is { } known)
            return known;
        var created = Call(HttpMethod.Post, "mlflow/experiments/create", new JsonObject { ["name"] = name }, cancellationToken);
        if (created.IsSuccess)
            return Text(created.Object(), "experiment_id") ?? throw Strange("names no experiment", created);
        // Another process may have made it in between, or the answer to our own first try may have been lost.
        return ErrorCode(created) == "RESOURCE_ALREADY_EXISTS" && Find() is { } other ? other : throw Refused(created);
    }

    /// <summary>The run that carries this value of the tag, or null.</summary>
    public MLflowRun? Find(string experiment, string tag, string value, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["experiment_ids"] = new JsonArray(experiment), ["filter"] = $"tags.`{tag}` = '{value}'", ["max_results"] = 1 };
        var answer = Required(Call(HttpMethod.Post, "mlflow/runs/search", body, cancellationToken));
        return Element(answer.Object(), "runs") is { ValueKind: JsonValueKind.Array } runs && runs.GetArrayLength() > 0 ? RunOf(runs[0], answer) : null;
    }

    /// <param name="find">Asked before another try, as the one before may have made the run.</param>
    public MLflowRun Create(JsonObject run, Func<MLflowRun?> find, CancellationToken cancellationToken)
    {
        MLflowRun? found = null;
        var answer = _client.Send(
            () => found is null
                ? Request(HttpMethod.Post, "mlflow/runs/create", run)
                : Request(HttpMethod.Get, "mlflow/runs/get?run_id=" + Uri.EscapeDataString(found.Id), null),
            _rule, () => found = find(), IsWhole, cancellationToken);
        return RunOf(Element(Required(answer).Object(), "run"), answer);
    }

    /// <param name="beforeRetry">The server may have taken all or part of it.</param>
    public HttpAnswer LogBatch(Func<JsonObject> batch, Action? beforeRetry, CancellationToken cancellationToken) =>
        _client.Send(() => Request(HttpMethod.Post, "mlflow/runs/log-batch", batch()), _rule, beforeRetry, IsWhole, cancellationToken);

    public HttpAnswer LogParameter(string run, string key, string value, CancellationToken cancellationToken) =>
        Call(HttpMethod.Post, "mlflow/runs/log-parameter", new JsonObject { ["run_id"] = run, ["key"] = key, ["value"] = value }, cancellationToken);

    public void Update(
        JsonObject update, CancellationToken cancellationToken) => Required(Call(HttpMethod.Post, "mlflow/runs/update", update, cancellationToken));

    /// <summary>Every value of a metric that the server has.</summary>
    public HashSet<(long Step, long Time)> History(string run, string key, CancellationToken cancellationToken)
    {
        var points = new HashSet<(long, long)>();
        string? page = null;
        do
        {
            var query = $"mlflow/metrics/get-history?run_id={Uri.EscapeDataString(run)}&metric_key={Uri.EscapeDataString(key)}&max_results={PageSize}"
                + (page is null ? "" : "&page_token=" + Uri.EscapeDataString(page));
            var answer = Call(HttpMethod.Get, query, null, cancellationToken);
            if (ErrorCode(answer) == "RESOURCE_DOES_NOT_EXIST")
                return points; // nothing was logged under this name
            var body = Required(answer).Object();
            if (Element(body, "metrics") is { ValueKind: JsonValueKind.Array } metrics)
            {
                foreach (var metric in metrics.EnumerateArray())
                    points.Add((Whole(metric, "step"), Whole(metric, "timestamp")));
            }

            var next = Text(body, "next_page_token");
            page = next is { Length: > 0 } && next != page ? next : null;
        }
        while (page is not null);
        return points;
    }

    public void Put(Uri target, byte[] content, string type, CancellationToken cancellationToken)
    {
        var answer = _client.Send(() =>
        {
            var request = Authorized(new HttpRequestMessage(HttpMethod.Put, target) { Content = new ByteArrayContent(content) });
            request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);
            return request;
        }, _rule with { TryTime = 6 * _rule.TryTime }, beforeRetry: null, isWhole: null, cancellationToken);
        Required(answer);
    }

    public HttpAnswer Required(HttpAnswer answer) => answer.IsSuccess ? answer : throw Refused(answer);

    public static string? ErrorCode(HttpAnswer answer) => answer.IsSuccess ? null : Text(answer.Object(), "error_code");

    public WeftException Refused(HttpAnswer answer) => answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? new WeftException(ErrorKind.InvalidInput, $"{_settings.Server.Host} refuses the user or the token")
        {
            Where = _settings.Server.ToString(), Found = answer.Describe(_settings.Secret), Safe = "the run is whole in its folder",
            Next = new Advice("set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, then the same command with --continue"),
        }
        : new WeftException(ErrorKind.IoError, $"{_settings.Server.Host} refuses the run")
        {
            Where = _settings.Server.ToString(), Found = answer.Describe(_settings.Secret), Safe = "the run is whole in its folder",
            Next = new Advice("the same command with --continue, later"),
        };

    public void Dispose() => _client.Dispose();

    private static bool IsRetried(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;

    private static bool IsWhole(HttpAnswer answer) => answer.Object() is not null;

    private HttpAnswer Call(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken) =>
        _client.Send(() => Request(method, path, body), _rule, beforeRetry: null, IsWhole, cancellationToken);

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body)
    {
        var request = new HttpRequestMessage(method, _api + path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return Authorized(request);
    }

    private HttpRequestMessage Authorized(HttpRequestMessage request)
    {
        request.Headers.Authorization = _settings.Authorization;
        request.Headers.UserAgent.ParseAdd("weft");
        return request;
    }

    private MLflowRun RunOf(JsonElement? run, HttpAnswer answer)
    {
        if (Text(run, "info", "run_id") is not { Length: > 0 } id)
            throw Strange("names no run", answer);
        var uri = Text(run, "info", "artifact_uri") ?? "";
        return new MLflowRun(id, ArtifactFolder(uri), uri);
    }

    // mlflow-artifacts:/path goes through this server, mlflow-artifacts://host/path through that host; other schemes are reached by the server alone.
    private Uri? ArtifactFolder(string text)
    {
        const string Scheme = "mlflow-artifacts:";
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var rest = text[Scheme.Length..];
        var server = _settings.Server.AbsoluteUri.TrimEnd('/');
        if (rest.StartsWith("//", StringComparison.Ordinal) && !rest.StartsWith("///", StringComparison.Ordinal))
        {
            var host = rest[2..].Split('/', 2);
            if (host[0] != _settings.Server.Authority)
                return null; // the user's password is for the server that was named
            rest = host.ElementAtOrDefault(1) ?? "";
        }

        return Uri.TryCreate($"{server}/api/2.0/mlflow-artifacts/artifacts/{rest.TrimStart('/')}", UriKind.Absolute, out var folder) ? folder : null;
    }

    private WeftException Strange(string what, HttpAnswer answer) => new(ErrorKind.IoError, $"the answer of {_settings.Server.Host} {what}")
    {
        Where = _settings.Server.ToString(), Found = answer.Describe(_settings.Secret), Safe = "the run is whole in its folder",
        Next = new Advice("the same command with --continue, later"),
    };

    private static JsonElement? Element(JsonElement? element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            element = element is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var inner) ? inner : null;
        return element;
    }

    private static string? Text(JsonElement? element, params ReadOnlySpan<string> path) =>
        Element(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Some servers write long whole numbers as texts.
    private static long Whole(JsonElement element, string name) => Element(element, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value,
        { ValueKind: JsonValueKind.String } text when long.TryParse(
            text.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => 0,
    };
}
