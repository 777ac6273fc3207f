using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The key for a W&amp;B server: from WANDB_API_KEY, else from the netrc file.</summary>
internal static partial class WandbKey
{
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: there is none, or it is none that a server would know.</exception>
    public static Secret Find(WandbSettings settings, TrackingOptions options)
    {
        var (key, origin) = options.Variable("WANDB_API_KEY") is { Length: > 0 } given ? (new Secret(given.Trim()), "WANDB_API_KEY")
            : (Netrc.PasswordFor(settings.BaseUrl.Authority, options) ?? Netrc.PasswordFor(settings.BaseUrl.Host, options), "netrc");
        if (key is null)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"there is no key for {settings.BaseUrl.Host}")
            {
                Where = "WANDB_API_KEY, or the password of this machine in ~/.netrc", Expected = "a key", Found = "none", Safe = "nothing was touched",
                Next = new Advice("set WANDB_API_KEY, or WANDB_MODE=offline for files that `wandb sync` takes later"),
            };
        }

        if (!LooksLikeKey(key.Reveal()))
            throw new WeftException(ErrorKind.InvalidInput, "this cannot be a key")
            {
                Where = origin, Expected = "at least 40 letters, digits, '-' or '_'",
                Found = "something else", Safe = "nothing was touched"
            };
        return key;
    }

    /// <summary>At least 40 characters after the first '-', if there is one; or the three parts of a signed token.</summary>
    public static bool LooksLikeKey(string key) => Plain.IsMatch(key[(key.IndexOf('-') + 1)..]) || Token.IsMatch(key);

    [GeneratedRegex(@"^[A-Za-z0-9_-]{40,}$")]
    private static partial Regex Plain { get; }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$")]
    private static partial Regex Token { get; }
}
