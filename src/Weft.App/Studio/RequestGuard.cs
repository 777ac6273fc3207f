using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Weft.App;

/// <summary>
/// Decides about every request before anything else sees it, unknown addresses included: only our own names as Host, no other site as Origin, and no verb that
/// could change something, but for the decisions of a review, which carry its token.
/// </summary>
internal sealed class RequestGuard
{
    /// <summary>The header that a decision about a label must carry.</summary>
    public const string TokenHeader = "X-Weft-Token";

    private readonly HashSet<string> _hosts;
    private readonly byte[]? _token;

    /// <param name="names">"127.0.0.1", "localhost", "[::1]": the exact list.</param>
    /// <param name="token">What only the pages of a review know; null where nothing is decided.</param>
    public RequestGuard(IEnumerable<string> names, int port, string? token = null)
    {
        _token = token is null ? null : Encoding.ASCII.GetBytes(token);
        _hosts = new HashSet<string>(names.Select(name => port == 80 ? name : FormattableString.Invariant($"{name}:{port}")), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The verbs of every route.</summary>
    public static readonly string[] Verbs = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The status to refuse the request with and what to say, or null.</summary>
    public (int Status, string Text)? Refusal(HttpRequest request)
    {
        if (request.Headers.Host is not [{ } host] || !_hosts.Contains(host))
            return (StatusCodes.Status400BadRequest, "This address is not one the studio answers to.");
        if (!IsFromHere(request.Headers, host))
            return (StatusCodes.Status403Forbidden, "The studio does not answer other sites.");
        if (_token is not null && request.Method == HttpMethods.Post && request.Path.Value == ReviewRoutes.DecidePath)
        {
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Single(request.Headers[TokenHeader])), _token) ? null
                : (StatusCodes.Status403Forbidden, "This page is of another sitting: load it again.");
        }

        return Verbs.Contains(request.Method) ? null : (StatusCodes.Status405MethodNotAllowed, "The studio only shows: GET and HEAD.");
    }

    private static bool IsFromHere(IHeaderDictionary headers, string host)
    {
        if (headers.Origin.Count > 0 && (headers.Origin is not [{ } origin] || !origin.Equals("http://" + host, StringComparison.OrdinalIgnoreCase)))
            return false;
        // A link on another page may lead here, as a page of its own; nothing else of another site may.
        return Single(headers["Sec-Fetch-Site"]) is "" or "same-origin" or "none"
            || (Single(headers["Sec-Fetch-Mode"]) == "navigate" && Single(headers["Sec-Fetch-Dest"]) == "document");
    }

    private static string Single(StringValues values) => values.Count == 0 ? "" : values.ToString();
}
