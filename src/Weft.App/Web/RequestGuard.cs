using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Weft.App;

/// <summary>What a <see cref="RequestGuard"/> lets through.</summary>
/// <param name="Who">Names the server in what is said: "studio".</param>
internal sealed record GuardRules(string Who)
{
    /// <value>"127.0.0.1", "localhost", "[::1]": the exact list of what Host may be, without the port. Empty: any, which takes a <see cref="Bearer"/>.</value>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <value>The addresses that take a POST. Default: none.</value>
    public Func<PathString, bool> Takes { get; init; } = _ => false;

    /// <value>A POST has it in the header <see cref="RequestGuard.TokenHeader"/>: what only the server's own pages know. Default: none is asked for.</value>
    public string? Token { get; init; }

    /// <value>Requests carry it as their authority. Default: none is asked for.</value>
    public string? Bearer { get; init; }

    /// <value>The addresses that show nothing of anybody and are open without <see cref="Bearer"/>. Default: none.</value>
    public Func<PathString, bool> IsOpen { get; init; } = _ => false;
}

/// <summary>
/// Decides about every request before anything else sees it, unknown addresses included: only our own names as Host, no other site as Origin, no verb that
/// could change something but where the rules say so, and the authority that they ask for.
/// </summary>
internal sealed class RequestGuard(GuardRules rules, int port)
{
    /// <summary>The header that a decision about a label must carry.</summary>
    public const string TokenHeader = "X-Weft-Token";

    private const string BearerScheme = "Bearer ";

    private readonly HashSet<string> _hosts = new(
        rules.Names.Select(name => port == 80 ? name : FormattableString.Invariant($"{name}:{port}")), StringComparer.OrdinalIgnoreCase);

    /// <summary>The verbs of every route that shows something.</summary>
    public static readonly string[] Verbs = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The status to refuse the request with and what to say, or null.</summary>
    public (int Status, string Text)? Refusal(HttpRequest request)
    {
        if (request.Headers.Host is not [{ Length: > 0 } host] || (_hosts.Count > 0 && !_hosts.Contains(host)))
            return (StatusCodes.Status400BadRequest, $"This address is not one the {rules.Who} answers to.");
        if (!IsFromHere(request.Headers, host))
            return (StatusCodes.Status403Forbidden, $"The {rules.Who} does not answer other sites.");
        var isPost = request.Method == HttpMethods.Post && rules.Takes(request.Path);
        if (!isPost && !Verbs.Contains(request.Method))
            return (StatusCodes.Status405MethodNotAllowed, $"The {rules.Who} only shows here: GET and HEAD.");
        if (isPost && rules.Token is { } token && !IsSame(Single(request.Headers[TokenHeader]), token))
            return (StatusCodes.Status403Forbidden, "This page is of another sitting: load it again.");
        return rules.Bearer is not { } bearer || rules.IsOpen(request.Path) || IsSame(Single(request.Headers.Authorization), BearerScheme + bearer) ? null
            : (StatusCodes.Status401Unauthorized, $"The {rules.Who} answers who has its token: Authorization: Bearer …");
    }

    // In a time that does not depend on where they differ, nor on the length of what is asked for.
    private static bool IsSame(string given, string right) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(right)));

    private bool IsFromHere(IHeaderDictionary headers, string host)
    {
        if (headers.Origin.Count > 0 && (headers.Origin is not [{ } origin] || !IsOwn(origin, host)))
            return false;
        // A link on another page may lead here, as a page of its own; nothing else of another site may.
        return Single(headers["Sec-Fetch-Site"]) is "" or "same-origin" or "none"
            || (Single(headers["Sec-Fetch-Mode"]) == "navigate" && Single(headers["Sec-Fetch-Dest"]) == "document");
    }

    // Only where a token guards may another program stand before this one that speaks TLS.
    private bool IsOwn(string origin, string host) => origin.Equals("http://" + host, StringComparison.OrdinalIgnoreCase)
        || (rules.Bearer is not null && origin.Equals("https://" + host, StringComparison.OrdinalIgnoreCase));

    private static string Single(StringValues values) => values.Count == 0 ? "" : values.ToString();
}
