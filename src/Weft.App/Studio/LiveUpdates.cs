using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Weft.App;

/// <summary>
/// Tells open pages which runs and sweeps have changed. It looks at the folders twice a second while a page is open and not at all otherwise; a page that was
/// told fetches itself again, so nothing is lost when a message is.
/// </summary>
internal sealed class LiveUpdates(RunCatalog catalog, SweepCatalog sweeps, Action<Exception> failed, CancellationToken cancellationToken)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenSigns = TimeSpan.FromSeconds(15); // so that a reader who is gone is noticed

    private readonly Lock _gate = new();
    private readonly List<Channel<string>> _readers = [];
    private bool _isWatching;

    /// <summary>Server-sent events until the reader goes away or the studio ends.</summary>
    public async Task Stream(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, cancellationToken);
        // A page that does not read gets the newest messages when it does again.
        var messages = Channel.CreateBounded<string>(new BoundedChannelOptions(8) { FullMode = BoundedChannelFullMode.DropOldest });
        Subscribe(messages);
        try
        {
            await Write(context, "retry: 1000\n\nevent: hello\ndata: {}\n\n", ended.Token);
            var more = messages.Reader.WaitToReadAsync(ended.Token).AsTask();
            while (true)
            {
                if (await Task.WhenAny(more, Task.Delay(BetweenSigns, ended.Token)) != more)
                {
                    await Write(context, ": still here\n\n", ended.Token);
                    continue;
                }
                await more;
                while (messages.Reader.TryRead(out var message))
                    await Write(context, $"event: runs\ndata: {message}\n\n", ended.Token);
                more = messages.Reader.WaitToReadAsync(ended.Token).AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            // the reader went away, or the studio ends
        }
        finally
        {
            lock (_gate)
                _readers.Remove(messages);
        }
    }

    private static async Task Write(HttpContext context, string text, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }

    private void Subscribe(Channel<string> reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
            if (_isWatching)
                return;
            _isWatching = true;
            var known = Revisions(); // before the page is told that it may fetch itself: what changes after that is told
            _ = Task.Run(() => Watch(known), CancellationToken.None);
        }
    }

    private async Task Watch(Dictionary<string, long> known)
    {
        while (true)
        {
            await Task.Delay(BetweenLooks, CancellationToken.None);
            Dictionary<string, long> now;
            try
            {
                catalog.Refresh();
                sweeps.Refresh();
                now = Revisions();
            }
#pragma warning disable CA1031 // the pages stay open; the one who runs the studio is told, and the folder may come back
            catch (Exception failure)
#pragma warning restore CA1031
            {
                failed(failure);
                now = known;
            }

            var changed = now.Where(run => known.GetValueOrDefault(run.Key) != run.Value).Select(run => run.Key)
                .Concat(known.Keys.Where(name => !now.ContainsKey(name))).ToList();
            known = now;
            lock (_gate)
            {
                if (_readers.Count == 0 || cancellationToken.IsCancellationRequested)
                {
                    _isWatching = false;
                    return;
                }
                if (changed.Count > 0)
                {
                    var message = JsonSerializer.Serialize(changed, DocumentJson.Default.ListString);
                    foreach (var reader in _readers)
                        reader.Writer.TryWrite(message);
                }
            }
        }
    }

    /// <summary>What pages hear of a change by; no run has such a name.</summary>
    public static string NameOfSweep(string name) => "sweeps/" + name;

    private Dictionary<string, long> Revisions() => catalog.Runs.Select(run => (Name: run.Key, run.Value.Revision))
        .Concat(sweeps.Sweeps.Select(sweep => (Name: NameOfSweep(sweep.Key), sweep.Value.Revision)))
        .ToDictionary(one => one.Name, one => one.Revision, StringComparer.Ordinal);
}
