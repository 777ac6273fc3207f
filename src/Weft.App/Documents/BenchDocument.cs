using System.Text.Json.Serialization;

namespace Weft.App;

/// <summary>What <c>bench train</c> and <c>bench infer</c> measured. Times are medians and the tenth and ninetieth percentile.</summary>
internal sealed record BenchDocument
{
    public required string Mode { get; init; }

    public required string Model { get; init; }

    public required int Batch { get; init; }

    public required int Threads { get; init; }

    public required int VectorBits { get; init; }

    public required double ImagesPerSecond { get; init; }

    public required double StepMilliseconds { get; init; }

    [JsonPropertyName("step_milliseconds_p10")]
    public required double StepMillisecondsTenth { get; init; }

    [JsonPropertyName("step_milliseconds_p90")]
    public required double StepMillisecondsNinetieth { get; init; }

    public required int Steps { get; init; }

    public required double GigaflopsPerSecond { get; init; }

    public required long NetworkMemoryBytes { get; init; }

    public required long PeakMemoryBytes { get; init; }

    /// <summary>Left out unless the layers were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BenchLayerEntry>? Layers { get; init; }
}

/// <summary>The time of one layer's operations.</summary>
internal sealed record BenchLayerEntry(string Layer, string Summary, double ForwardMilliseconds, double BackwardMilliseconds, long FlopsPerSample);

/// <summary>What <c>bench loader</c> measured.</summary>
/// <param name="Share">The loader's part of a step's processor time.</param>
internal sealed record BenchLoaderDocument(string Model, int Batch, int Threads, double LoaderMilliseconds, double StepMilliseconds, double Share);
