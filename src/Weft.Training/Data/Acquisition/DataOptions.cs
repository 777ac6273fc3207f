using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>Bytes of a file received so far.</summary>
public readonly record struct DownloadProgress(string File, string Source, long BytesRead, long? TotalBytes);

/// <summary>Where data may come from. The defaults are what the command line uses; tests put their own in place.</summary>
public sealed record DataOptions
{
    /// <value>The only folder to look in (<c>--data DIR</c>). Default: null, search.</value>
    public string? Folder { get; init; }

    /// <value>How picture files become samples. Default: chosen by the data.</value>
    public PictureOptions Picture { get; init; } = new();

    /// <value>Pictures whose paths match with the same text (of its named group <c>group</c>, where it has one) belong together. Default: null.</value>
    public Regex? GroupPattern { get; init; }

    /// <value>Whether pictures that look the same belong together too. Default: true.</value>
    public bool NearDuplicates { get; init; } = true;

    /// <value>A file that says which labels are wrong (<c>path,sha256,from,to</c>). Default: null, the labels are as the data have them.</value>
    public string? Corrections { get; init; }

    /// <value>How many pictures are decoded at once; it changes no bit. Default: one a core.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <value>The user's cache; a data set has a folder of its own in it. Default: <see cref="UserCache"/>.</value>
    public string CacheFolder { get; init; } = UserCache();

    /// <value>Where the system's packages put data sets. Default: <c>/usr/share/datasets</c>.</value>
    public string SystemFolder { get; init; } = "/usr/share/datasets";

    /// <value>Whether the network may be used. Default: true.</value>
    public bool MayDownload { get; init; } = true;

    /// <value>Addresses the <c>.gz</c> files lie under; https only. Default: those of Fashion-MNIST.</value>
    public IReadOnlyList<Uri> Mirrors { get; init; } = FashionMnist.Mirrors;

    /// <value>Answers HTTP requests; must not follow redirects itself. Default: null, the network.</value>
    public HttpMessageHandler? Handler { get; init; }

    /// <value>Runs a program. Default: <see cref="ExternalProgram.Run"/>.</value>
    internal ProgramRunner Run { get; init; } = ExternalProgram.Run;

    /// <value>Limits and pauses of a download.</value>
    internal DownloadLimits Limits { get; init; } = new();

    /// <value>Told about each piece received. Default: nobody.</value>
    public Action<DownloadProgress>? Progress { get; init; }

    /// <summary>The data as <see cref="Corrections"/> has them.</summary>
    internal ImageDataset? Corrected(ImageDataset? data) => data is null || Corrections is null ? data : LabelCorrections.Read(Corrections).Apply(data);

    /// <summary><c>$XDG_CACHE_HOME/weft</c> or <c>~/.cache/weft</c>; on Windows <c>%LOCALAPPDATA%\weft</c>.</summary>
    public static string UserCache()
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "weft");
        var configured = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        return Path.IsPathFullyQualified(configured ?? "")
            ? Path.Combine(configured!, "weft")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "weft");
    }
}

/// <summary>How patient a download is.</summary>
internal sealed record DownloadLimits
{
    /// <value>Longest wait for an answer or for the next piece. Default: 30 s.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Longest time for one file from one mirror. Default: 30 min.</value>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(30);

    /// <value>Pause before the first continuation of a broken transfer; doubled each time. Default: 500 ms.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <value>How often a broken transfer is continued. Default: 3.</value>
    public int Continuations { get; init; } = 3;
}
