using System.Net;
using System.Net.Http.Headers;

namespace Weft.Training;

/// <summary>
/// Fetches one address into a file: https only, at most five redirects and none into this machine's own network, never more bytes than agreed,
/// continued where a transfer broke off.
/// </summary>
internal sealed class FileDownload(HttpClient client, DownloadLimits limits)
{
    private const int MaximumRedirects = 5;
    private const int PieceLength = 1 << 16;

    public required long MaximumBytes { get; init; }

    public Action<long, long?>? Progress { get; init; }

    /// <summary>
    /// Completes <paramref name="path"/>, whose present content, if any, is taken for the beginning. What it holds is for the caller to verify.
    /// </summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DownloadFailed"/> or, when the file cannot be written, <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the part stays.</exception>
    public async Task Run(Uri address, string path, CancellationToken cancellationToken)
    {
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        whole.CancelAfter(limits.Total);
        EntityTagHeaderValue? tag = null;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var file = OpenPart(path);
                tag = await Transfer(address, file, tag, whole.Token).ConfigureAwait(false);
                return;
            }
            catch (Interrupted broken) when (attempt < limits.Continuations)
            {
                tag = broken.Tag ?? tag;
                await Task.Delay(limits.Pause * (1 << attempt), cancellationToken).ConfigureAwait(false);
            }
            catch (Interrupted broken)
            {
                throw Failed(address, "the transfer broke off", broken.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Failed(address, "the transfer took too long", $"not done after {limits.Total}");
            }
        }
    }

    private async Task<EntityTagHeaderValue?> Transfer(Uri address, FileStream file, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(limits.Silence);
        try
        {
            using var response = await Ask(address, file.Length, tag, silence.Token).ConfigureAwait(false);
            tag = response.Headers.ETag is { IsWeak: false } strong ? strong : null;
            var total = Begin(address, response, file);
            using var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            var piece = new byte[PieceLength];
            while (true)
            {
                silence.CancelAfter(limits.Silence);
                var read = await body.ReadAsync(piece, silence.Token).ConfigureAwait(false);
                if (read == 0)
                    break;
                if (file.Position + read > MaximumBytes)
                    throw Failed(address, "the file is larger than the published one", $"more than {MaximumBytes:N0} bytes");
                Write(file, piece.AsSpan(0, read));
                Progress?.Invoke(file.Position, total);
            }

            return total is { } promised && file.Position < promised ? throw new Interrupted($"{file.Position:N0} of {promised:N0} bytes", tag) : tag;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new Interrupted($"nothing came for {limits.Silence.TotalSeconds:0.#} s", tag);
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            throw Failed(address, "no connection", failure.Message);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new Interrupted(
                broken.InnerException is { } inner && inner.Message != broken.Message ? $"{broken.Message} {inner.Message}" : broken.Message, tag);
        }
    }

    /// <summary>Sends the request and follows redirects.</summary>
    private async Task<HttpResponseMessage> Ask(Uri address, long offset, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            RequirePublicHttps(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (offset > 0)
            {
                request.Headers.Range = new RangeHeaderValue(offset, null);
                if (tag is not null)
                    request.Headers.IfRange = new RangeConditionHeaderValue(tag);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is < 300 or > 399 || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            if (redirects == MaximumRedirects)
                throw Failed(address, "too many redirects", $"more than {MaximumRedirects}");
            address = new Uri(address, location);
        }
    }

    /// <summary>Positions the file for the answer's body; returns the file's full length where the answer tells it.</summary>
    private long? Begin(Uri address, HttpResponseMessage response, FileStream file)
    {
        var length = response.Content.Headers.ContentLength;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                file.SetLength(0);
                break;
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange is { From: { } from } && from == file.Length:
                file.Position = file.Length;
                length += file.Length;
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PartialContent:
                file.SetLength(0);
                throw new Interrupted("the server could not continue the transfer", null);
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new Interrupted($"the server answered {(int)response.StatusCode}", null);
            default:
                throw Failed(address, "the server refused", $"HTTP status {(int)response.StatusCode}");
        }

        if (length > MaximumBytes)
            throw Failed(address, "the file is larger than the published one", $"{length:N0} bytes, at most {MaximumBytes:N0} expected");
        return length;
    }

    private static FileStream OpenPart(string path)
    {
        try
        {
            return RegularFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unwritable(path, failure);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> piece)
    {
        try
        {
            file.Write(piece);
            file.Flush();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unwritable(file.Name, failure);
        }
    }

    private static WeftException Unwritable(string path, Exception failure) => DiskFailure.ToError(
        failure, "a downloaded file cannot be written", path, "your runs and what was cached before are untouched",
        new Advice("free some space or make the folder writable (XDG_CACHE_HOME names another), then repeat the command"));

    private static void RequirePublicHttps(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
            throw Failed(address, "the address is not https", $"{address.Scheme}:");
        if (IsLocal(address.IdnHost))
            throw Failed(address, "the address is inside this machine's own network", address.Host);
    }

    private static bool IsLocal(string host)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var ip))
            return host == "localhost" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) || !host.Contains('.');
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        var bytes = ip.GetAddressBytes();
        return IPAddress.IsLoopback(ip) || ip.IsIPv6LinkLocal || ip.IsIPv6SiteLocal || ip.IsIPv6UniqueLocal || ip.Equals(IPAddress.IPv6Any)
            || (bytes.Length == 4 && (bytes[0] is 0 or 10 || bytes is [169, 254, ..] || bytes is [192, 168, ..]
                || bytes is [172, >= 16 and <= 31, ..] || bytes is [100, >= 64 and <= 127, ..]));
    }

    private static WeftException Failed(Uri address, string what, string found) => new(ErrorKind.DownloadFailed, what)
    {
        Where = address.ToString(),
        Found = found,
        Safe = "nothing was cached",
        Next = new Advice("try again later, or copy the files by hand and name their folder by --data"),
    };

    /// <summary>A transfer that may be continued.</summary>
    private sealed class Interrupted(string message, EntityTagHeaderValue? tag) : Exception(message)
    {
        public EntityTagHeaderValue? Tag { get; } = tag;
    }
}
