using System.CommandLine;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

/// <summary>The tools a training is shown in while it goes on.</summary>
internal sealed class TrackOption : Option<string?>
{
    public TrackOption() : base("--track")
    {
        Description = "Show the run in other tools while it trains, and afterwards: wandb, tensorboard, mlflow, or several with commas.";
        HelpName = "NAMES";
    }

    /// <summary>What trackers may know of this process.</summary>
    public static TrackingOptions Options { get; } = new()
    {
        Variable = Environment.GetEnvironmentVariable,
        HomeFolder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : null,
    };

    /// <exception cref="WeftException">Exit 2, 40 or 41: something is wrong with a target; nothing was touched.</exception>
    public IReadOnlyList<TrackingTarget> Targets(ParseResult parse)
    {
        if (parse.GetValue(this) is not { } names)
            return [];
        var targets = TrackingTargets.Parse(names, Name);
        RunTracking.Check(targets, Options);
        return targets;
    }
}
