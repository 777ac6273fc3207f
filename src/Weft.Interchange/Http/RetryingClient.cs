using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Which answers are worth another try, and how many tries there are.</summary>
/// <param name="IsRetried">Whether an answer that is no success is worth another try.</param>
/// <param name="Tries">Null: until it is stopped.</param>
internal sealed record RetryRule(Func<HttpStatusCode, bool> IsRetried, TimeSpan TryTime, int? Tries);

/// <summary>
/// Sends requests until they are answered: lost connections, silence and answers the rule names are tried again after growing waits, or after the time the
/// server names in Retry-After. Follows no redirects, so that a key stays with the host it is for.
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
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> came first.</exception>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: all tries failed.</exception>
    public HttpAnswer Send(
        Func<HttpRequestMessage> request, RetryRule rule, Action? beforeRetry, Func<HttpAnswer, bool>? isWhole, CancellationToken cancellationToken)
    {
        var tries = 0;
        var pipeline = new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = _options.Clock }
            .AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                ShouldHandle = tried => ValueTask.FromResult(!(tries >= rule.Tries) && Failure(tried.Outcome) is not null),
                MaxRetryAttempts = int.MaxValue, // which Polly takes for no limit; the rule has its own
                Delay = _options.Retry.FirstWait, MaxDelay = _options.Retry.LongestWait, BackoffType = DelayBackoffType.Exponential, UseJitter = true,
                DelayGenerator = tried => ValueTask.FromResult(tried.Outcome.Result is { } answer ? RetryAfter(answer.Headers) : null),
                OnRetry = tried =>
                {
                    Tell(Failure(tried.Outcome));
                    return default;
                },
            })
            .Build();
        Outcome<HttpAnswer> last;
        try
        {
            last = Outcome.FromResult(pipeline.Execute(_ => Try(), cancellationToken));
        }
        catch (Exception failure) when (Failure(Outcome.FromException<HttpAnswer>(failure)) is not null)
        {
            last = Outcome.FromException<HttpAnswer>(failure);
        }

        var failed = Failure(last);
        Tell(failed);
        return failed is null ? last.Result! : throw new WeftException(ErrorKind.IoError, $"{_base.Host} cannot be reached")
        {
            Where = _base.ToString(), Found = $"{failed} ({tries} tries)", Safe = "the run is whole in its folder",
            Next = new Advice("the same command with --continue, later"),
        };

        HttpAnswer Try()
        {
            if (tries++ > 0)
                beforeRetry?.Invoke(); // it may ask the server too, and is no part of this try's time
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(rule.TryTime);
            using var message = request();
            using var response = _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, limit.Token).GetAwaiter().GetResult();
            return new HttpAnswer(response.StatusCode, response.Headers, response.Content.ReadAsByteArrayAsync(limit.Token).GetAwaiter().GetResult());
        }

        string? Failure(Outcome<HttpAnswer> outcome) => outcome switch
        {
            { Exception: HttpRequestException failure } => failure.InnerException?.Message ?? failure.Message,
            { Exception: OperationCanceledException } when !cancellationToken.IsCancellationRequested =>
                $"no answer within {rule.TryTime.TotalSeconds:0.###} s",
            { Result: { IsSuccess: true } answer } => isWhole?.Invoke(answer) ?? true ? null : $"an answer that makes no sense, {answer.Describe(_secret)}",
            { Result: { } answer } => rule.IsRetried(answer.Status) ? answer.Describe(_secret) : null,
            _ => null, // stopped, or a bug of ours: no try of a server would mend it
        };
    }

    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler Sockets(bool insecure)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) };
        if (insecure)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return handler;
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
}
