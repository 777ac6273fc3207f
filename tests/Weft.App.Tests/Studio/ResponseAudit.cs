namespace Weft.App.Tests;

/// <summary>What must be true of every response, whatever was asked.</summary>
internal static class ResponseAudit
{
    /// <param name="headers">By lower-case name.</param>
    public static IEnumerable<string> Breaches(int status, IReadOnlyDictionary<string, string> headers, string body)
    {
        foreach (var (name, value) in new[]
                 {
                     ("x-content-type-options", "nosniff"), ("content-security-policy", PageHeaders.ContentSecurityPolicy), ("x-frame-options", "DENY"),
                     ("referrer-policy", "no-referrer"), ("cross-origin-resource-policy", "same-origin"),
                     ("cross-origin-opener-policy", "same-origin"), ("cache-control", "no-store"),
                 })
        {
            if (headers.GetValueOrDefault(name) != value)
                yield return $"{name} is {headers.GetValueOrDefault(name) ?? "missing"}";
        }

        if (!headers.ContainsKey("content-type"))
            yield return "no content type";
        foreach (var name in headers.Keys.Where(name => name.StartsWith("access-control-", StringComparison.Ordinal) || name is "set-cookie" or "server"))
            yield return $"a header {name}";
        if (status >= 500)
            yield return $"status {status}";
        if (body.Contains("   at ", StringComparison.Ordinal) || body.Contains("Exception", StringComparison.Ordinal))
            yield return "the text of an exception";
        if (headers.GetValueOrDefault("content-type")?.StartsWith("text/html", StringComparison.Ordinal) == true
            && System.Text.RegularExpressions.Regex.Match(body, @"<script(?! src=""/(studio|serve)\.js"" defer>)|<style|\sstyle=""|\son[a-z]+=""[^""]",
                System.Text.RegularExpressions.RegexOptions.IgnoreCase) is { Success: true } inline)
            yield return $"something inline: {inline.Value}";
    }
}
