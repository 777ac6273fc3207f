using System.Net;
using Weft.Training;

namespace Weft.App;

/// <summary>Where the studio listens and what it shows.</summary>
internal sealed record StudioOptions
{
    /// <summary>The folder of all runs.</summary>
    public required string Runs { get; init; }

    /// <summary>How that folder is named to people.</summary>
    public required string ShownRuns { get; init; }

    /// <value>The folder of all sweeps. Default: null, none are shown.</value>
    public string? Sweeps { get; init; }

    /// <value>An address of this machine alone. Default: 127.0.0.1.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <value>0: any that is free.</value>
    public required int Port { get; init; }

    /// <value>Labels that a person judges here. Default: none, the studio only shows.</value>
    public LabelReview? Review { get; init; }

    /// <value>Told of a request that failed for a reason of ours, on any thread. Default: nobody.</value>
    public Action<Exception> Failed { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
