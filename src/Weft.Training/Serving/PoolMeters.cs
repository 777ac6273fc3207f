using System.Diagnostics.Metrics;

namespace Weft.Training;

/// <summary>What a pool counts, for whoever listens to the meter <see cref="Name"/>: OpenTelemetry, dotnet-counters, <c>weft serve</c>.</summary>
internal sealed class PoolMeters : IDisposable
{
    public const string Name = "Weft.Predictions";

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _classes;
    private readonly Counter<long> _reloads;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _confidence;

    public PoolMeters(Func<int> waiting, Func<string> version)
    {
        _meter = new Meter(new MeterOptions(Name) { Scope = this });
        _requests = _meter.CreateCounter<long>("weft.predict.requests", "{request}", "Requests by what became of them.");
        _duration = _meter.CreateHistogram("weft.predict.duration", "s", "From a request to its answer.", null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
        });
        _batch = _meter.CreateHistogram("weft.predict.batch_size", "{picture}", "Pictures that went through the network at once.", null,
            new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] });
        _classes = _meter.CreateCounter<long>("weft.predict.class", "{picture}", "Pictures by the class that they were given.");
        _confidence = _meter.CreateHistogram("weft.predict.confidence", "1", "Probability of the class that a picture was given.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1] });
        _reloads = _meter.CreateCounter<long>("weft.model.reloads", "{model}", "New models by whether they were taken.");
        _meter.CreateObservableGauge("weft.predict.queue", waiting, "{picture}", "Pictures that wait.");
        _meter.CreateObservableGauge("weft.model.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version())), null,
            "1, of the model that answers.");
    }

    public void Request(string outcome, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("outcome", outcome);
        _requests.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
    }

    public void Batch(int count) => _batch.Record(count);

    public void Prediction(ImagePrediction prediction)
    {
        _classes.Add(1, new KeyValuePair<string, object?>("class", prediction.Name));
        _confidence.Record(prediction.Probability);
    }

    public void Reload(bool taken) => _reloads.Add(1, new KeyValuePair<string, object?>("outcome", taken ? "taken" : "refused"));

    public void Dispose() => _meter.Dispose();
}
