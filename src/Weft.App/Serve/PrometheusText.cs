using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// Sums up what the pool, the routes and Kestrel measure, and writes it as Prometheus reads it. The meters are those of .NET, so that whoever has OpenTelemetry
/// in the process reads the same; decision 28 says why the text is our own.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int MostSeries = 2_000; // of one instrument: what clients send must not fill the memory
    private static readonly double[] UsualBounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly Lock _counting = new();

    public PrometheusText(PredictionPool pool, IServiceProvider services)
    {
        var server = services.GetService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == pool.Meters || (server is not null && instrument.Meter.Scope == server))
                listener.EnableMeasurementEvents(instrument, new Dictionary<string, Series>());
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => Count(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Count(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>(Count);
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    public string Read()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_counting)
        {
            var last = "";
            foreach (var series in _series.Values)
            {
                if (series.Name != last)
                {
                    var help = Escape(series.Instrument.Description ?? series.Instrument.Name);
                    text.Append($"# HELP {series.Name} {help}\n# TYPE {series.Name} {series.Kind}\n");
                }

                last = series.Name;
                series.Write(text);
            }
        }

        return text.ToString();
    }

    private void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var labels = new StringBuilder();
        foreach (var (key, tag) in tags)
        {
            labels.Append(labels.Length > 0 ? "," : "").Append(Name(key)).Append("=\"")
                .Append(Escape(Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        var all = (Dictionary<string, Series>)state!;
        lock (_counting)
        {
            var key = labels.ToString();
            if (!all.TryGetValue(key, out var series))
            {
                if (all.Count == MostSeries)
                    return;
                series = new Series(instrument, key);
                all.Add(key, series);
                _series.Add(series.Name + "{" + key, series);
            }

            series.Add(value);
        }
    }

    private static string Name(string text) => string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    private static string Escape(string text) => text.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private sealed class Series
    {
        private readonly double[]? _bounds;
        private readonly long[] _counts = [];
        private readonly string _labels;
        private double _sum;
        private long _count;

        public Series(Instrument instrument, string labels)
        {
            (Instrument, _labels) = (instrument, labels);
            var type = instrument.GetType().Name;
            Kind = type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
                : type.StartsWith("Counter", StringComparison.Ordinal) ? "counter" : "gauge";
            var unit = instrument.Unit == "s" ? "_seconds" : "";
            Name = PrometheusText.Name(instrument.Name) + unit + (Kind == "counter" ? "_total" : "");
            if (Kind != "histogram")
                return;
            _bounds = Bounds(instrument);
            _counts = new long[_bounds.Length];
        }

        public Instrument Instrument { get; }

        public string Name { get; }

        public string Kind { get; }

        public void Add(double value)
        {
            // What is observed is the value itself, and what is counted adds up.
            _sum = Instrument.IsObservable ? value : _sum + value;
            _count++;
            for (var i = 0; i < _counts.Length; i++)
                _counts[i] += value <= _bounds![i] ? 1 : 0;
        }

        public void Write(StringBuilder text)
        {
            if (_bounds is null)
            {
                Line(text, "", "", _sum);
                return;
            }

            for (var i = 0; i < _bounds.Length; i++)
                Line(text, "_bucket", $"le=\"{_bounds[i].ToString("R", CultureInfo.InvariantCulture)}\"", _counts[i]);
            Line(text, "_bucket", "le=\"+Inf\"", _count);
            Line(text, "_sum", "", _sum);
            Line(text, "_count", "", _count);
        }

        private void Line(StringBuilder text, string suffix, string more, double value)
        {
            var labels = _labels.Length > 0 && more.Length > 0 ? $"{_labels},{more}" : _labels + more;
            text.Append(Name).Append(suffix).Append(labels.Length > 0 ? "{" + labels + "}" : "").Append(' ')
                .Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        private static double[] Bounds(Instrument instrument) => instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            _ => UsualBounds,
        };
    }
}
