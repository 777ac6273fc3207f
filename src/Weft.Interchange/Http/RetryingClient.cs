using System.Net;
using System.Net.Http.Headers;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Which answers are worth another try, and how many tries there are.</summary>
/// <param name="IsRetried">Asked about answers that are no success.</param>
/// <param name="Tries">Null: until it is stopped.</param>
internal sealed record RetryRule(Func<HttpStatusCode, bool> IsRetried, TimeSpan TryTime, int? Tries);

/// <summary>
/// Sends requests until they are answered: lost connections, silence and answers the rule names are tried again after growing waits, or after the time the server
/// names in Retry-After. Follows no redirects, so that a key stays with the host it is for.
/// </summary>
internal sealed class RetryingClient : IDisposable
{
    private const int LongestAnswer = 16 << 20;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10); // whatever a server asks for

    private readonly HttpClient _client;
    private readonly TrackingOptions _options;
    private readonly Uri _base;
    private readonly Secret? _secret;
    private bool _isInTrouble;

    /// <param name="secret">Kept out of every message.</param>
    public RetryingClient(TrackingOptions options, Uri baseUrl, Secret? secret, bool insecure = false)
    {
        (_options, _base, _secret) = (options, baseUrl, secret);
        _client = new HttpClient(options.Http?.Invoke() ?? Sockets(insecure))
        {
            Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer, DefaultRequestVersion = HttpVersion.Version11,
        };
    }


    /// <param name="request">Makes the request anew for each try.</param>
    /// <param name="beforeRetry">Called before another try when the server may have done what the last one asked for.</param>
    /// <param name="isWhole">Whether a successful answer is one this server would give; anything else counts as a failed try.</param>
    /// <returns>A success, or an answer the rule does not retry.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came first.</exception>
    /// <exception cref="WeftException">Exit 41: all tries failed.</exception>
    public HttpAnswer Send(Func<HttpRequestMessage> request, RetryRule rule, CancellationToken stop, Action? beforeRetry = null, Func<HttpAnswer, bool>? isWhole = null)
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan? asked = null;
            string failed;
            try
            {
                var answer = Try(request, rule.TryTime, stop);
                if (answer.IsSuccess ? isWhole?.Invoke(answer) ?? true : !rule.IsRetried(answer.Status))
                {
                    Tell(null);
                    return answer;
                }

                failed = answer.IsSuccess ? $"an answer that makes no sense, {answer.Describe(_secret)}" : answer.Describe(_secret);
                asked = RetryAfter(answer.Headers);
            }
            catch (HttpRequestException failure)
            {
                failed = failure.InnerException?.Message ?? failure.Message;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                failed = $"no answer within {rule.TryTime.TotalSeconds:0.###} s";
            }

            Tell(failed);
            if (tries >= rule.Tries)
            {
                throw new WeftException(ExitCode.IoError, $"{_base.Host} cannot be reached")
                {
                    Where = _base.ToString(), Found = $"{failed} ({tries} tries)", Safe = "the run is whole in its folder", Do = "the same command with --continue, later",
                };
            }

            Wait(asked ?? Growing(tries), stop);
            beforeRetry?.Invoke();
        }
    }

    public void Wait(TimeSpan time, CancellationToken stop) => Task.Delay(time, _options.Clock, stop).GetAwaiter().GetResult();

    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler Sockets(bool insecure)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) };
        if (insecure)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return handler;
    }

    private HttpAnswer Try(Func<HttpRequestMessage> make, TimeSpan time, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(time);
        using var request = make();
        using var response = _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token).GetAwaiter().GetResult();
        return new HttpAnswer(response.StatusCode, response.Headers, response.Content.ReadAsByteArrayAsync(limit.Token).GetAwaiter().GetResult());
    }

    // The first failure and the first success after it; what happens in between is the same again.
    private void Tell(string? failed)
    {
        if (_isInTrouble == failed is not null)
            return;
        _isInTrouble = failed is not null;
        _options.Trouble?.Invoke(failed is null ? $"{_base.Host} answers again" : $"{_base.Host} does not take it now ({failed}); trying again");
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var asked = headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date is { } date ? date - _options.Clock.GetUtcNow() : null);
        return asked is not { } time ? null : time < TimeSpan.Zero ? TimeSpan.Zero : time > LongestRetryAfter ? LongestRetryAfter : time;
    }

    // Many runs that lost one server at one moment should not all come back at one moment: the process id is as good as a die here,
    // and nothing the run computes depends on it.
    private TimeSpan Growing(int tries)
    {
        var times = _options.Retry;
        var seconds = times.FirstWait.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 30)) * (1 + 0.25 * ((Environment.ProcessId * 31 + tries * 17) % 64) / 64);
        return TimeSpan.FromSeconds(Math.Min(seconds, times.LongestWait.TotalSeconds));
    }
}
