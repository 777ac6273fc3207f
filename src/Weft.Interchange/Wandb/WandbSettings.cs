using Weft.Training;

namespace Weft.Interchange;

/// <summary>How a run goes to W&amp;B. Numbers are stored: append only.</summary>
internal enum WandbMode
{
    Offline = 1,
    Online = 2,
    Disabled = 3,
}

/// <summary>What the usual <c>WANDB_…</c> variables and the netrc file say. The key is not among it: see <see cref="WandbKey"/>.</summary>
internal sealed record WandbSettings
{
    public const string DefaultBaseUrl = "https://api.wandb.ai";
    private const string DefaultProject = "weft";
    private const int LongestProject = 128;

    public required WandbMode Mode { get; init; }

    public required Uri BaseUrl { get; init; }

    public string Entity { get; init; } = "";

    public required string Project { get; init; }

    public string? RunId { get; init; }

    public string? Name { get; init; }

    public string Notes { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string Group { get; init; } = "";

    public string JobType { get; init; } = "";

    public string SweepId { get; init; } = "";

    /// <summary>The folder that holds <c>wandb/</c>.</summary>
    public required string Folder { get; init; }

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a variable has a value W&amp;B would refuse.</exception>
    public static WandbSettings Read(TrackingOptions options)
    {
        string? Value(string name) => options.Variable("WANDB_" + name) is { Length: > 0 } value ? value : null;
        var settings = new WandbSettings
        {
            Mode = Value("MODE") switch
            {
                null or "offline" or "dryrun" => WandbMode.Offline,
                "online" or "run" => WandbMode.Online,
                "disabled" => WandbMode.Disabled,
                var other => throw Refused("WANDB_MODE", "offline, online or disabled", other),
            },
            BaseUrl = Address(Value("BASE_URL") ?? DefaultBaseUrl),
            Entity = Value("ENTITY") ?? "",
            Project = Value("PROJECT") ?? DefaultProject,
            RunId = Value("RUN_ID"),
            Name = Value("NAME"),
            Notes = Value("NOTES") ?? "",
            Tags = Value("TAGS")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            Group = Value("RUN_GROUP") ?? "",
            JobType = Value("JOB_TYPE") ?? "",
            SweepId = Value("SWEEP_ID") ?? "",
            Folder = options.Folder ?? Value("DIR") ?? options.CurrentFolder,
        };
        if (settings.Project.Length > LongestProject || settings.Project.AsSpan().ContainsAny("/\\#?%:"))
            throw Refused("WANDB_PROJECT", $"up to {LongestProject} characters, none of / \\ # ? % :", settings.Project);
        if (settings.RunId is { } id && (id.Trim() != id || id.AsSpan().ContainsAny(":;,#?/'\\") || id is "." or ".."))
            throw Refused("WANDB_RUN_ID", "no blanks around it and none of : ; , # ? / '", id);
        return settings;
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: this is no address a key may be sent to.</exception>
    private static Uri Address(string text)
    {
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            throw Refused("WANDB_BASE_URL", "an http or https address", text);
        if (url.Host.EndsWith("wandb.ai", StringComparison.OrdinalIgnoreCase)
            && (url.Scheme != "https" || !url.Host.Contains("api.", StringComparison.OrdinalIgnoreCase)))
            throw Refused("WANDB_BASE_URL", DefaultBaseUrl, text);
        return url;
    }

    private static WeftException Refused(string variable, string expected, string found) => new(ErrorKind.InvalidInput, $"{variable} cannot be used")
    {
        Where = variable, Expected = expected, Found = found, Safe = "nothing was touched",
    };
}
