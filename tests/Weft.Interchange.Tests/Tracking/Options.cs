namespace Weft.Interchange.Tests;

/// <summary>Options for tests: short waits, and the variables that are given and no others.</summary>
internal static class Options
{
    public static TrackingOptions For(string folder, params (string Name, string Value)[] variables) => new()
    {
        Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        CurrentFolder = folder, BetweenLooks = TimeSpan.FromMilliseconds(10), BetweenSends = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(30),
        Retry = new RetryTimes
        {
            FirstWait = TimeSpan.FromMilliseconds(2), LongestWait = TimeSpan.FromMilliseconds(20),
            TryTime = TimeSpan.FromMilliseconds(250), Tries = 12
        },
    };

    public static TrackingOptions Wandb(string folder, StubServer server) =>
        For(folder, ("WANDB_MODE", "online"), ("WANDB_BASE_URL", server.Url), ("WANDB_API_KEY", WandbStub.Key));

    public static TrackingOptions MLflow(string folder, StubServer server) => For(folder, ("MLFLOW_TRACKING_URI", server.Url));
}
