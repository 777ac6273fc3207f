using Weft.Training;

namespace Weft.Interchange;

/// <summary>The other tools. Numbers are stored: append only.</summary>
public enum TrackingTarget
{
    Wandb = 1,
    TensorBoard = 2,
    MLflow = 3,
}

/// <summary>Where trackers find what they need; nothing of it is read from the process behind the caller's back.</summary>
public sealed record TrackingOptions
{
    /// <value>Environment variables by name. Default: none is set.</value>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <value>Where <c>wandb/</c> or <c>tensorboard/</c> is made in place of the usual place. Default: none.</value>
    public string? Folder { get; init; }

    /// <value>Default: the process's.</value>
    public string CurrentFolder { get; init; } = Directory.GetCurrentDirectory();

    /// <value>Where <c>.netrc</c> is looked for. Default: none is looked for.</value>
    public string? HomeFolder { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <value>Makes the bottom of the HTTP stack. Default: sockets.</value>
    public Func<HttpMessageHandler>? Http { get; init; }

    /// <value>How often a live tracker looks for new events. Default: a second.</value>
    public TimeSpan BetweenLooks { get; init; } = TimeSpan.FromSeconds(1);

    /// <value>The shortest time between two sends to a server while a run is trained. Default: 15 s.</value>
    public TimeSpan BetweenSends { get; init; } = TimeSpan.FromSeconds(15);

    /// <value>How long a training's end waits for servers. Default: 10 s.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>How often and how long servers are tried.</value>
    public RetryTimes Retry { get; init; } = new();

    /// <summary>Told when a server stops answering as it should, and when it does again.</summary>
    internal Action<string>? Trouble { get; init; }
}

/// <summary>
/// Patience with servers. The n-th wait is about <see cref="FirstWait"/> · 2ⁿ, at most <see cref="LongestWait"/>, and drawn at random around it,
/// so that many runs that lost one server do not all come back at one moment.
/// </summary>
public sealed record RetryTimes
{
    /// <value>Default: 2 s.</value>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>Default: a minute.</value>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <value>The time one try may take. Default: 30 s.</value>
    public TimeSpan TryTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Tries of a hand-over after the run; while it is trained there is no limit. Default: 6.</value>
    public int Tries { get; init; } = 6;
}

public static class TrackingTargets
{
    /// <summary>"wandb,tensorboard" as targets, each once.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a name is none of them.</exception>
    public static IReadOnlyList<TrackingTarget> Parse(string text, string option)
    {
        var names = Enum.GetValues<TrackingTarget>().ToDictionary(target => target.Name());
        var targets = new List<TrackingTarget>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!names.TryGetValue(name.ToLowerInvariant(), out var target))
            {
                var near = Suggestion.For(name, names.Keys);
                throw new WeftException(ErrorKind.InvalidInput, $"there is no tracker '{name}'" + (near is null ? "" : $"; did you mean '{near}'?"))
                {
                    Where = option, Expected = string.Join(", ", names.Keys), Found = name, Safe = "nothing was touched",
                };
            }

            if (!targets.Contains(target))
                targets.Add(target);
        }

        return targets.Count > 0 ? targets : throw new WeftException(
            ErrorKind.InvalidInput, $"{option} names no tracker")
        { Where = option, Expected = string.Join(", ", names.Keys), Safe = "nothing was touched" };
    }

    /// <summary>As on the command line.</summary>
    public static string Name(this TrackingTarget target) => target.ToString().ToLowerInvariant();
}
