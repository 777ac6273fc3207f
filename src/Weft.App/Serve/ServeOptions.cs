using System.Net;
using Weft.Training;

namespace Weft.App;

/// <summary>Where a model is served, and how much of it.</summary>
internal sealed record ServeOptions
{
    /// <value>The model's name in addresses and answers.</value>
    public required string Name { get; init; }

    /// <value>Port 0: any that is free. Default: this machine alone, port 8080.</value>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, UsualPort);

    /// <value>What requests must carry. Default: nothing, which takes an address of this machine alone.</value>
    public string? Token { get; init; }

    /// <value>Told of what failed for a reason of ours, on any thread. Default: nobody.</value>
    public Action<Exception> Failed { get; init; } = _ => { };

    /// <value>What to do where the port is taken.</value>
    public NextStep OtherPort { get; init; } = new Advice("listen on another port");

    public const int UsualPort = 8080;
}
