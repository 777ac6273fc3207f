using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The password that a netrc file has for a host.</summary>
internal static class Netrc
{
    private const int MaximumBytes = 1 << 20;

    /// <summary>From <c>$NETRC</c>, else <c>~/.netrc</c>, else <c>~/_netrc</c>; null when there is none for the host.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: the file cannot be read.</exception>
    public static Secret? PasswordFor(string host, TrackingOptions options)
    {
        var files = options.Variable("NETRC") is { Length: > 0 } named ? [named]
            : options.HomeFolder is { } home ? new[] { Path.Combine(home, ".netrc"), Path.Combine(home, "_netrc") } : [];
        var file = files.FirstOrDefault(file => PathKinds.Of(file, followLinks: true) == PathKind.Regular);
        if (file is null)
            return null;
        try
        {
            return Find(Encoding.UTF8.GetString(RegularFile.ReadAllBytes(file, MaximumBytes)), host);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the netrc file cannot be read", file, "nothing was changed");
        }
    }

    /// <summary>An entry for the host itself comes before the default one.</summary>
    public static Secret? Find(string text, string host)
    {
        var words = text.Split('\n').Where(line => !line.TrimStart().StartsWith('#'))
            .SelectMany(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)).ToArray();
        string? machine = null;
        string? fallback = null;
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "machine" when i + 1 < words.Length:
                    machine = words[++i];
                    break;
                case "default":
                    machine = "";
                    break;
                case "login" or "account" when i + 1 < words.Length:
                    i++;
                    break;
                case "password" when i + 1 < words.Length:
                    var password = words[++i];
                    if (machine is not null && machine.Equals(host, StringComparison.OrdinalIgnoreCase))
                        return new Secret(password);
                    fallback ??= machine == "" ? password : null;
                    break;
            }
        }

        return fallback is null ? null : new Secret(fallback);
    }
}
