using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Where a server keeps a run, in its own words.</summary>
internal sealed record WandbAddress(string Entity, string Project, string Run);

/// <summary>How many lines of each file a server has.</summary>
internal sealed record WandbLineCounts(int History, int Events, int Output);

/// <summary>The calls of a W&amp;B server that a run needs.</summary>
internal sealed class WandbServer : IDisposable
{
    private const string UpsertText =
        "mutation UpsertBucket($name: String, $project: String, $entity: String, $groupName: String, $displayName: String, $notes: String, $commit: String, "
        + "$config: JSONString, $host: String, $program: String, $jobType: String, $sweep: String, $tags: [String!], $summaryMetrics: JSONString) { "
        + "upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, groupName: $groupName, displayName: $displayName, notes: $notes, "
            + "commit: $commit, "
        + "config: $config, host: $host, jobProgram: $program, jobType: $jobType, sweep: $sweep, tags: $tags, summaryMetrics: $summaryMetrics}) "
        + "{ bucket { id name displayName historyLineCount project { name entity { name } } } inserted } }";

    private const string CountsText =
        "query RunLineCounts($project: String!, $entity: String, $name: String!) { model(name: $project, entityName: $entity) { "
        + "bucket(name: $name, missingOk: true) { id historyLineCount eventsLineCount logLineCount wandbConfig(keys: [\"t\"]) } } }";

    private const string FilesText =
        "mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) { "
        + "createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) { runID uploadHeaders files { name uploadUrl } } "
            + "}";

    private readonly RetryingClient _client;
    private readonly Uri _base;
    private readonly Secret _key;
    private readonly int? _tries;
    private readonly TimeSpan _tryTime;

    /// <param name="isLive">Whether a training goes on, which has time to try again for ever.</param>
    public WandbServer(WandbSettings settings, TrackingOptions options, bool isLive)
    {
        _key = WandbKey.Find(settings, options);
        _base = settings.BaseUrl;
        _client = new RetryingClient(options, _base, _key);
        _tries = isLive ? null : options.Retry.Tries;
        _tryTime = options.Retry.TryTime;
    }

    public Uri Base => _base;

    /// <summary>Null when the server does not know the run, or only its name.</summary>
    public WandbLineCounts? LineCounts(WandbAddress run, CancellationToken cancellationToken)
    {
        var data = GraphQl("RunLineCounts", CountsText, WandbItems.Object(("project", run.Project), ("entity", Given(run.Entity)), ("name", run.Run)),
            false, cancellationToken);
        if (Find(data, "model", "bucket") is not { } bucket || Find(bucket, "wandbConfig") is not { } configuration
            || !configuration.ToString().Contains("\"t\""))
            return null;
        return new WandbLineCounts(Count(bucket, "historyLineCount"), Count(bucket, "eventsLineCount"), Count(bucket, "logLineCount"));
    }

    /// <summary>Makes the run, or changes what is said of it.</summary>
    /// <returns>The names the server uses from now on.</returns>
    public WandbAddress Upsert(WandbWire.Run run, string configuration, string summary, string program, CancellationToken cancellationToken)
    {
        var data = GraphQl("UpsertBucket", UpsertText, WandbItems.Object(
            ("name", run.RunId), ("project", Given(run.Project)), ("entity", Given(run.Entity)),
            ("groupName", Given(run.RunGroup)), ("displayName", Given(run.DisplayName)),
            ("notes", Given(run.Notes)), ("commit", Given(run.Git?.Commit)), ("config", configuration),
            ("host", Given(run.Host)), ("program", program), ("jobType", Given(run.JobType)),
            ("sweep", Given(run.SweepId)), ("tags", run.Tags.ToArray()), ("summaryMetrics", summary)), retriesConflict: true, cancellationToken);
        var bucket = Find(data, "upsertBucket", "bucket");
        if (Text(bucket, "name") is not { Length: > 0 } name || Text(bucket, "project", "name") is not { Length: > 0 } project
            || Text(bucket, "project", "entity", "name") is not { Length: > 0 } entity)
            throw Refused("the server's answer names no run", data?.ToString() ?? "nothing");
        return new WandbAddress(entity, project, name);
    }

    /// <summary>Sends lines; repeating a request changes nothing, as its lines have numbers.</summary>
    /// <returns>How long to wait before the next request, by the server's own limits.</returns>
    public TimeSpan Stream(WandbAddress run, string body, CancellationToken cancellationToken)
    {
        var path = $"{_base.AbsoluteUri.TrimEnd('/')}/files/"
            + $"{Uri.EscapeDataString(run.Entity)}/{Uri.EscapeDataString(run.Project)}/{Uri.EscapeDataString(run.Run)}/file_stream";
        var rule = new RetryRule(IsRetried, 6 * _tryTime, _tries);
        var answer = _client.Send(() => Post(path, body), rule, beforeRetry: null, isWhole: answer => answer.Object() is not null, cancellationToken);
        return answer.IsSuccess ? Pause(answer.Headers) : throw Refused(answer);
    }

    public void Upload(WandbAddress run, IReadOnlyList<(string Path, byte[] Content)> files, CancellationToken cancellationToken)
    {
        var wanted = WandbItems.Object(
            ("entity", run.Entity), ("project", run.Project), ("run", run.Run), ("files", files.Select(file => file.Path).ToArray()));
        var data = GraphQl("CreateRunFiles", FilesText, wanted, retriesConflict: false, cancellationToken);
        var created = Find(data, "createRunFiles");
        var headers = Items(created, "uploadHeaders").Select(header => header.ToString().Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2).ToList();
        var urls = Items(created, "files").Where(file => Text(file, "name") is not null && Text(file, "uploadUrl") is not null)
            .GroupBy(file => Text(file, "name")!).ToDictionary(group => group.Key, group => Text(group.First(), "uploadUrl")!);
        foreach (var (path, content) in files)
        {
            if (!urls.TryGetValue(path, out var url) || !Uri.TryCreate(_base, url, out var target) || target.Scheme is not ("http" or "https"))
                throw Refused($"the server gives no place for the file {path}", data?.ToString() ?? "nothing");
            Put(target, content, headers, cancellationToken);
        }
    }

    public WeftException Refused(string what, string found) => new(ErrorKind.IoError, what)
    {
        Where = _base.ToString(), Found = _key.RemoveFrom(found), Safe = "the run is whole in its folder",
        Next = new Advice("the same command with --continue, later"),
    };

    public void Dispose() => _client.Dispose();

    // No key goes there: the address itself is the permission.
    private void Put(Uri target, byte[] content, List<string[]> headers, CancellationToken cancellationToken)
    {
        var rule = new RetryRule(
            status => status == HttpStatusCode.TooManyRequests || ((int)status >= 500 && status != HttpStatusCode.NotImplemented), 6 * _tryTime, _tries);
        var answer = _client.Send(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Put, target) { Content = new ByteArrayContent(content) };
            foreach (var header in headers)
            {
                if (!request.Headers.TryAddWithoutValidation(header[0], header[1]))
                    request.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
            }

            return request;
        }, rule, beforeRetry: null, isWhole: null, cancellationToken);
        if (!answer.IsSuccess)
            throw Refused(answer);
    }

    private JsonElement? GraphQl(
        string operation, string text, Dictionary<string, object?> variables, bool retriesConflict, CancellationToken cancellationToken)
    {
        var body = WandbJson.Write(WandbItems.Object(("query", text), ("variables", variables), ("operationName", operation)));
        var rule = new RetryRule(status => IsRetried(status) || (retriesConflict && status == HttpStatusCode.Conflict), _tryTime, _tries);
        var answer = _client.Send(
            () => Post(_base.AbsoluteUri.TrimEnd('/') + "/graphql", body), rule, beforeRetry: null,
            isWhole: answer => answer.Object() is { } whole && (Find(whole, "data") is not null || Find(whole, "errors") is not null), cancellationToken);
        if (!answer.IsSuccess)
            throw Refused(answer);
        var result = answer.Object()!.Value;
        return Find(result, "errors") is { } errors ? throw Refused("the server refused the run", errors.ToString()) : Find(result, "data");
    }

    private HttpRequestMessage Post(string url, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("api:" + _key.Reveal())));
        request.Headers.UserAgent.ParseAdd("weft");
        return request;
    }

    private WeftException Refused(HttpAnswer answer) => answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? new WeftException(ErrorKind.InvalidInput, $"{_base.Host} refuses the key")
        {
            Where = _base.ToString(), Found = answer.Describe(_key), Safe = "the run is whole in its folder",
            Next = new Advice("set WANDB_API_KEY to a key of this server, then the same command with --continue"),
        }
        : Refused($"{_base.Host} refuses the run", answer.Describe(_key));

    private static bool IsRetried(HttpStatusCode status) => (int)status >= 400
        && (int)status is not (400 or 401 or 403 or 404 or 409 or 410 or 413 or 422 or 501);

    // So many requests are left for so many seconds: spread evenly.
    private static TimeSpan Pause(HttpResponseHeaders headers)
    {
        double? Header(string name) => headers.TryGetValues(name, out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : null;
        return Header("RateLimit-Remaining") is { } remaining && Header("RateLimit-Reset") is { } reset
            ? TimeSpan.FromSeconds(Math.Min(remaining >= 1 ? reset / remaining : reset, 60))
            : TimeSpan.Zero;
    }

    private static object? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static JsonElement? Find(JsonElement? element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            element = element is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var inner)
                && inner.ValueKind != JsonValueKind.Null ? inner : null;
        return element;
    }

    private static string? Text(JsonElement? element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int Count(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count) && count > 0 ? count : 0;

    private static IEnumerable<JsonElement> Items(JsonElement? element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];
}
