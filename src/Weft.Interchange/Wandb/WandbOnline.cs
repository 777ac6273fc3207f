using System.Security.Cryptography;
using System.Text;
using Weft.Interchange.WandbWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// A run at a W&amp;B server. Every line has a number, the server says how many it has, and what it has is never sent again: a request that was lost, or done
/// without an answer, does no harm.
/// </summary>
internal sealed class WandbOnline : IWandbSink
{
    private const int LongestLine = 10_383_360;
    private const long LongestRequest = 8 << 20;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30); // then a server takes a run for crashed

    private readonly TrackedRun _run;
    private readonly WandbSettings _settings;
    private readonly TrackingOptions _options;
    private readonly WandbServer _server;
    private readonly HandOverStore _store;
    private readonly WandbDocuments _documents = new();
    private readonly LineQueue _history = new("wandb-history.jsonl");
    private readonly LineQueue _events = new("wandb-events.jsonl");
    private readonly LineQueue _output = new("output.log");
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly StringBuilder _console = new();
    private readonly List<string> _uploaded = [];
    private Run? _record;
    private WandbAddress? _address;
    private SessionEnded? _end;
    private bool _isDescribed;
    private bool _hasNewSummary;
    private long _lastSend;
    private TimeSpan _pause;

    public WandbOnline(TrackedRun run, WandbSettings settings, TrackingOptions options, bool goOn, bool isLive)
    {
        (_run, _settings, _options) = (run, settings, options);
        _server = new WandbServer(settings, options, isLive);
        _store = new HandOverStore(run, TrackingTarget.Wandb, settings.BaseUrl, goOn);
    }

    public string Where => _address is { } address
        ? $"{_server.Base.AbsoluteUri.TrimEnd('/').Replace("//api.wandb.ai", "//wandb.ai")}/{address.Entity}/{address.Project}/runs/{address.Run}"
        : _server.Base.ToString();

    public void Begin(SessionBegan session) => _end = null;

    public void Write(Record record)
    {
        _documents.Note(record);
        switch (record.WhatCase)
        {
            case Record.WhatOneofCase.Run:
                _record = record.Run;
                _isDescribed = false;
                break;
            case Record.WhatOneofCase.Environment or Record.WhatOneofCase.Metric or Record.WhatOneofCase.Config:
                _isDescribed = false;
                break;
            case Record.WhatOneofCase.Summary:
                _hasNewSummary = true;
                break;
            case Record.WhatOneofCase.History:
                Add(_history, Line(record.History.Item));
                break;
            case Record.WhatOneofCase.Stats:
                Add(_events, Line(record.Stats));
                break;
            case Record.WhatOneofCase.OutputRaw:
                Add(_output, Line(record.OutputRaw));
                _console.Append(record.OutputRaw.Line);
                break;
        }
    }

    public void AddFile(string path, byte[] content)
    {
        if (_store.State.Files.GetValueOrDefault(path) != Hash(content))
            _files[path] = content;
    }

    public string? LocalPath(string path) => null; // an artifact is a protocol of its own; the table and its images go as files

    public void End(SessionEnded session)
    {
        foreach (var (name, content) in _documents.Files())
            AddFile(name, content);
        AddFile("output.log", Encoding.UTF8.GetBytes(_console.ToString()));
        _end = session.Number > _store.State.Sessions ? session : null;
    }

    public void HandOver(bool all, CancellationToken cancellationToken)
    {
        var since = _options.Clock.GetElapsedTime(_lastSend);
        var isDue = _address is null || since >= _options.BetweenSends || Waiting >= LongestRequest;
        if (_record is null || (!all && !isDue) || (!HasNews && since < LongestSilence))
            return;
        Describe(cancellationToken);
        Upload(cancellationToken);
        do
        {
            if (_pause > TimeSpan.Zero)
                Task.Delay(_pause, _options.Clock, cancellationToken).GetAwaiter().GetResult();
            Stream(cancellationToken);
        }
        while (Waiting > 0 || _end is not null);
        if (all && Queues.FirstOrDefault(queue => queue.Sent > queue.Count) is { } strange)
            throw _server.Refused(
                "the server says it has more lines than this run", $"{strange.Sent} lines of {strange.File}, of which the run has {strange.Count}");
    }

    public void Dispose() => _server.Dispose();

    private LineQueue[] Queues => [_history, _events, _output];

    private long Waiting => Queues.Sum(queue => queue.Waiting);

    private bool HasNews => !_isDescribed || _hasNewSummary || _files.Count > 0 || _uploaded.Count > 0 || _end is not null || Waiting > 0;

    private void Describe(CancellationToken cancellationToken)
    {
        if (_isDescribed)
            return;
        if (_address is null)
        {
            var wanted = new WandbAddress(_settings.Entity, _settings.Project, _record!.RunId);
            var known = _server.LineCounts(wanted, cancellationToken) ?? new WandbLineCounts(0, 0, 0);
            // The server may have taken a request without an answer reaching us, or not have counted yet what it took.
            Acknowledge(_history, known.History);
            Acknowledge(_events, known.Events);
            Acknowledge(_output, known.Output);
        }

        var program = _run.Information.CommandLine.FirstOrDefault("weft");
        _address = _server.Upsert(_record!, _documents.ServerConfiguration(), _documents.Summary(), program, cancellationToken);
        _isDescribed = true;
        Save(_store.State with { Remote = $"{_address.Entity}/{_address.Project}/{_address.Run}" });
    }

    private void Acknowledge(LineQueue queue, int count) => queue.Acknowledge(Math.Max(count, _store.State.Lines.GetValueOrDefault(queue.File)));

    private void Upload(CancellationToken cancellationToken)
    {
        if (_files.Count == 0)
            return;
        var files = _files.Select(file => (file.Key, file.Value)).ToList();
        _server.Upload(_address!, files, cancellationToken);
        var known = new SortedDictionary<string, string>(_store.State.Files.ToDictionary(), StringComparer.Ordinal);
        foreach (var (path, content) in files)
        {
            known[path] = Hash(content);
            _uploaded.Add(path);
            _files.Remove(path);
        }

        Save(_store.State with { Files = known });
    }

    private void Stream(CancellationToken cancellationToken)
    {
        var left = LongestRequest;
        var parts = new List<string>();
        var sent = new List<(LineQueue Queue, int Count)>();
        foreach (var queue in Queues)
        {
            var lines = left > 0 ? queue.Next(left) : [];
            if (lines.Count == 0)
                continue;
            left -= lines.Sum(line => (long)line.Length);
            parts.Add($"{WandbJson.Write(queue.File)}:{{\"offset\":{queue.Sent},\"content\":{WandbJson.Write(lines)}}}");
            sent.Add((queue, queue.Sent + lines.Count));
        }

        if (_hasNewSummary)
            parts.Add($"\"wandb-summary.json\":{{\"offset\":0,\"content\":{WandbJson.Write(new[] { _documents.Summary() })}}}");
        var isLast = _end is not null && Queues.All(queue => Math.Max(queue.Sent, sent.FirstOrDefault(entry => entry.Queue == queue).Count) >= queue.Count);
        var members = new List<string>();
        if (parts.Count > 0)
            members.Add($"\"files\":{{{string.Join(',', parts)}}}");
        if (_uploaded.Count > 0)
            members.Add($"\"uploaded\":{WandbJson.Write(_uploaded)}");
        if (isLast)
            members.Add($"\"complete\":true,\"exitcode\":{_end!.ExitStatus}");
        _pause = _server.Stream(_address!, $"{{{string.Join(',', members)}}}", cancellationToken);
        _lastSend = _options.Clock.GetTimestamp();
        _hasNewSummary = false;
        _uploaded.Clear();
        foreach (var (queue, count) in sent)
            queue.Acknowledge(count);
        var sessions = isLast ? _end!.Number : _store.State.Sessions;
        _end = isLast ? null : _end;
        Save(_store.State with { Lines = Queues.ToDictionary(queue => queue.File, queue => Math.Min(queue.Sent, queue.Count)), Sessions = sessions });
    }

    private void Add(LineQueue queue, string line)
    {
        if (Encoding.UTF8.GetByteCount(line) >= LongestLine)
            throw _server.Refused("a line is longer than W&B takes", $"{line.Length} characters for {queue.File}");
        queue.Add(line);
    }

    private static string Line(IEnumerable<Item> items)
    {
        var tree = new Dictionary<string, object>();
        foreach (var item in items)
            WandbItems.PutInto(tree, item);
        return WandbItems.Write(tree);
    }

    private string Line(Stats stats)
    {
        var time = stats.Timestamp.ToDateTimeOffset();
        var members = stats.Item.Select(item => $",{WandbJson.Write("system." + item.Key)}:{item.ValueJson}");
        var timestamp = WandbJson.Write((time - DateTimeOffset.UnixEpoch).TotalSeconds);
        var runtime = WandbJson.Write((time - _run.Information.Started).TotalSeconds);
        return $"{{\"_wandb\":true,\"_timestamp\":{timestamp},\"_runtime\":{runtime}{string.Concat(members)}}}";
    }

    private static string Line(OutputRaw output) =>
        $"{(output.OutputType == OutputStream.Error ? "ERROR " : "")}{output.Timestamp.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ss.ffffff} "
            + $"{output.Line.TrimEnd('\n')}";

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private void Save(HandOverState state) => _store.Save(state);
}
