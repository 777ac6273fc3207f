using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// A run at an MLflow server. The server keeps every value it is sent, doubles too; so after a request whose answer was lost, and when a hand-over goes on, the
/// server is asked what it has.
/// </summary>
internal sealed class MLflowTracker : ITracker
{
    private const string IdentityTag = "weft.run";
    private const int MostMetrics = 1000;
    private const int MostParameters = 100;
    private const int LongestParameter = 6000;

    private readonly TrackedRun _run;
    private readonly MLflowSettings _settings;
    private readonly TrackingOptions _options;
    private readonly MLflowServer _server;
    private readonly HandOverStore _store;
    private readonly Action<string> _notice;
    private readonly List<MLflowPoint> _points = [];
    private readonly Dictionary<string, HashSet<(long Step, long Time)>> _known = [];
    private SessionBegan? _session;
    private SessionEnded? _end;
    private MLflowRun? _remote;
    private bool _mayHaveMore;
    private bool _isDescribed;
    private bool _hasSkipped;
    private long _lastSend;

    /// <param name="notice">Told what a person should know although it stops nothing.</param>
    public MLflowTracker(TrackedRun run, MLflowSettings settings, TrackingOptions options, bool goOn, bool isLive, Action<string> notice)
    {
        (_run, _settings, _options, _notice, _mayHaveMore) = (run, settings, options, notice, goOn);
        _server = new MLflowServer(settings, options, isLive);
        _store = new HandOverStore(run, TrackingTarget.MLflow, settings.Server, goOn);
    }

    public string Where => _remote is null ? _settings.Server.ToString() : $"{_settings.Server.AbsoluteUri.TrimEnd('/')} run {_remote.Id}";

    public void Take(RunMoment moment)
    {
        switch (moment)
        {
            case SessionBegan session:
                (_session, _end, _isDescribed) = (session, null, false);
                break;
            case StepTold step:
                Add(step, step.Step.Step, TrackedValues.Of(step));
                break;
            case EpochTold epoch:
                Add(epoch, epoch.Epoch.Step, [.. TrackedValues.Of(epoch), ("epoch", epoch.Epoch.Epoch)]);
                break;
            case SystemTold { Sampled: var sampled }:
                Add(moment, sampled.Step,
                [
                    ("system/cpu_utilization_percentage", 100 * sampled.CpuShare), ("system/system_memory_usage_megabytes", sampled.MemoryBytes / 1e6),
                    ("system/system_memory_usage_percentage", 100 * sampled.MemoryShare), ("system/images_per_second", sampled.ImagesPerSecond),
                    ("system/data_wait_percentage", 100 * sampled.DataWaitShare),
                ]);
                break;
            case SessionEnded end:
                _end = end;
                break;
        }
    }

    public void HandOver(bool all, CancellationToken cancellationToken)
    {
        if (_session is null || (
            !all && _remote is not null && _points.Count < MostMetrics && _options.Clock.GetElapsedTime(_lastSend) < _options.BetweenSends))
            return;
        if (_isDescribed && _points.Count == 0 && _end is null)
            return;
        Describe(cancellationToken);
        while (_points.Count > 0)
            SendPoints(cancellationToken);
        if (_end is { } end)
            Finish(end, cancellationToken);
        _lastSend = _options.Clock.GetTimestamp();
    }

    public void Dispose() => _server.Dispose();

    private void Add(RunMoment moment, long step, IEnumerable<(string Name, double Value)> values)
    {
        foreach (var (name, value) in values)
        {
            if (double.IsFinite(value))
            {
                _points.Add(new MLflowPoint(name, value, moment.Time.ToUnixTimeMilliseconds(), step));
            }
            else if (!_hasSkipped)
            {
                _hasSkipped = true;
                _notice($"{name} is {value.ToString(CultureInfo.InvariantCulture)} at step {step}; MLflow takes finite values only, so such values are left "
                    + "out there");
            }
        }
    }

    private void Describe(CancellationToken cancellationToken)
    {
        if (_isDescribed)
            return;
        if (_remote is null)
        {
            var experiment = _server.Experiment(_settings.Experiment, cancellationToken);
            var identity = Convert.ToHexStringLower(_run.Identity);
            MLflowRun? Find() => _server.Find(experiment, IdentityTag, identity, cancellationToken);
            _remote = Find();
            _mayHaveMore |= _remote is not null;
            _remote ??= _server.Create(NewRun(experiment, identity), Find, cancellationToken);
            _store.Save(_store.State with { Remote = _remote.Id });
        }

        if (_session!.Number > _store.State.Sessions)
            _server.Update(new JsonObject { ["run_id"] = _remote.Id, ["status"] = "RUNNING" }, cancellationToken);
        SendParameters(cancellationToken);
        _isDescribed = true;
    }

    private JsonObject NewRun(string experiment, string identity)
    {
        var information = _run.Information;
        var tags = new List<(string, string?)>
        {
            (IdentityTag, identity), ("mlflow.runName", _run.Name), ("mlflow.source.type", "LOCAL"),
            ("mlflow.source.name", string.Join(' ', information.CommandLine)),
            ("mlflow.source.git.commit", information.Machine.CodeCommit), ("weft.model", information.Model),
            ("weft.recipe", information.Recipe), ("weft.data", information.Data.Name),
            ("weft.version", information.Machine.WeftVersion), ("weft.processor", information.Machine.Processor),
        };
        return new JsonObject
        {
            ["experiment_id"] = experiment, ["run_name"] = _run.Name, ["start_time"] = information.Started.ToUnixTimeMilliseconds(),
            ["tags"] = new JsonArray(
                [.. tags.Where(tag => !string.IsNullOrEmpty(tag.Item2)).Select(tag => new JsonObject { ["key"] = tag.Item1, ["value"] = tag.Item2 })]),
        };
    }

    // A parameter is written once and for all: the same value again is fine, another one (more epochs, say) is refused and told.
    private void SendParameters(CancellationToken cancellationToken)
    {
        var all = _run.Configuration.Select(key => (key.Key, Value: string.Create(CultureInfo.InvariantCulture, $"{key.Value ?? "none"}")))
            .Append(("parameters", _run.Information.ParameterCount.ToString(CultureInfo.InvariantCulture)))
            .Select(parameter => (
                Key: parameter.Item1, Value: parameter.Item2.Length > LongestParameter ? parameter.Item2[..LongestParameter] : parameter.Item2)).ToList();
        foreach (var chunk in all.Chunk(MostParameters))
        {
            var batch = new JsonObject
            {
                ["run_id"] = _remote!.Id,
                ["params"] = new JsonArray([.. chunk.Select(parameter => new JsonObject { ["key"] = parameter.Key, ["value"] = parameter.Value })])
            };
            var answer = _server.LogBatch(() => batch, beforeRetry: null, cancellationToken);
            if (!IsConflict(answer))
            {
                _server.Required(answer);
                continue;
            }

            foreach (var (key, value) in chunk)
            {
                var single = _server.LogParameter(_remote.Id, key, value, cancellationToken);
                if (IsConflict(single))
                    _notice($"MLflow keeps the first value of the parameter {key}; the run has {value} now");
                else
                    _server.Required(single);
            }
        }
    }

    private static bool IsConflict(HttpAnswer answer) =>
        answer.Status == HttpStatusCode.BadRequest && MLflowServer.ErrorCode(answer) is "INVALID_PARAMETER_VALUE" or "RESOURCE_ALREADY_EXISTS";

    private void SendPoints(CancellationToken cancellationToken)
    {
        var chunk = _points[..Math.Min(MostMetrics, _points.Count)];
        var missing = chunk;
        if (_mayHaveMore)
            missing = [.. chunk.Where(point => !KnownOf(point.Key, again: false, cancellationToken).Contains((point.Step, point.Time)))];
        if (missing.Count > 0)
        {
            JsonObject Batch() => new()
            {
                ["run_id"] = _remote!.Id,
                ["metrics"] = new JsonArray([.. missing.Select(
                    point => new JsonObject { ["key"] = point.Key, ["value"] = point.Value, ["timestamp"] = point.Time, ["step"] = point.Step })]),
            };
            _server.Required(_server.LogBatch(Batch, () =>
            {
                var keys = missing.Select(point => point.Key).Distinct().ToDictionary(key => key, key => KnownOf(key, again: true, cancellationToken));
                missing = [.. missing.Where(point => !keys[point.Key].Contains((point.Step, point.Time)))];
            }, cancellationToken));
        }

        _points.RemoveRange(0, chunk.Count);
    }

    private HashSet<(long, long)> KnownOf(string key, bool again, CancellationToken cancellationToken)
    {
        if (again || !_known.TryGetValue(key, out var known))
            _known[key] = known = _server.History(_remote!.Id, key, cancellationToken);
        return known;
    }

    private void Finish(SessionEnded end, CancellationToken cancellationToken)
    {
        if (end.Number > _store.State.Sessions)
        {
            SendFiles(end, cancellationToken);
            var status = end.Reason switch
            {
                StopReasons.Interrupted => "KILLED",
                StopReasons.Diverged or SessionEnded.LeftWithoutWord => "FAILED",
                _ => "FINISHED",
            };
            _server.Update(
                new JsonObject { ["run_id"] = _remote!.Id, ["status"] = status, ["end_time"] = end.Time.ToUnixTimeMilliseconds() }, cancellationToken);
            _store.Save(_store.State with { Sessions = end.Number });
        }

        _end = null;
    }

    private void SendFiles(SessionEnded end, CancellationToken cancellationToken)
    {
        if (_remote!.ArtifactFolder is not { } folder)
        {
            _notice($"MLflow keeps this run's files at {_remote.ArtifactUri}, which only its server can reach; start it with --serve-artifacts to get the "
                + "files too");
            return;
        }

        foreach (var (path, content, type) in MLflowFiles.Of(_run, end))
            _server.Put(new Uri($"{folder.AbsoluteUri.TrimEnd('/')}/{path}"), content, type, cancellationToken);
    }
}
