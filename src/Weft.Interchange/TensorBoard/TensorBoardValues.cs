using Google.Protobuf;
using Weft.Interchange.TensorBoardWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The values of TensorBoard's plugins.</summary>
internal static class TensorBoardValues
{
    /// <summary>The most compact form that the scalars plugin takes.</summary>
    public static SummaryValue Scalar(string tag, double value) => new() { Tag = tag, SimpleValue = (float)value };

    /// <summary>A text that TensorBoard shows as Markdown.</summary>
    public static SummaryValue Text(string tag, string markdown) => new()
    {
        Tag = tag, Tensor = Strings([], ByteString.CopyFromUtf8(markdown)), Metadata = Metadata("text", DataClass.Tensor),
    };

    /// <param name="pngs">Images that all have this width and height.</param>
    public static SummaryValue Images(string tag, int width, int height, IReadOnlyList<byte[]> pngs) => new()
    {
        Tag = tag,
        Tensor = Strings([2 + pngs.Count],
            [ByteString.CopyFromUtf8(FormattableString.Invariant($"{width}")), ByteString.CopyFromUtf8(FormattableString.Invariant($"{height}")),
                .. pngs.Select(png => ByteString.CopyFrom(png))]),
        Metadata = Metadata("images", DataClass.BlobSequence),
    };

    /// <summary>A row for each bin: left edge, right edge, count.</summary>
    public static SummaryValue Histogram(string tag, TensorHistogram histogram)
    {
        var tensor = new Tensor { Dtype = ElementType.Double, TensorShape = Shape(histogram.Counts.Count, 3) };
        for (var bin = 0; bin < histogram.Counts.Count; bin++)
            tensor.DoubleVal.Add([histogram.Edge(bin), histogram.Edge(bin + 1), histogram.Counts[bin]]);
        return new SummaryValue { Tag = tag, Tensor = tensor, Metadata = Metadata("histograms", DataClass.Tensor) };
    }

    /// <summary>
    /// Rows: true and false positives, true and false negatives, precision, recall; a column for each threshold i / (n − 1), at and above which a sample counts
    /// as of the class.
    /// </summary>
    public static SummaryValue PrCurve(string tag, ScoreCounts scores, int label)
    {
        const float Least = 1e-7f; // nothing divided by nothing is 0
        var n = scores.Bins;
        var own = scores.Own.Skip(label * n).Take(n).ToArray();
        var other = scores.Other.Skip(label * n).Take(n).ToArray();
        var rows = new float[6, n];
        var (all, rest) = (own.Sum(), other.Sum());
        var (positives, wrong) = (0, 0);
        for (var i = n - 1; i >= 0; i--)
        {
            positives += own[i];
            wrong += other[i];
            (rows[0, i], rows[1, i], rows[2, i], rows[3, i]) = (positives, wrong, rest - wrong, all - positives);
            rows[4, i] = positives / Math.Max(Least, positives + wrong);
            rows[5, i] = positives / Math.Max(Least, all);
        }

        var data = new PrCurveData { NumThresholds = (uint)n };
        return new SummaryValue
        {
            Tag = tag,
            Tensor = new Tensor { Dtype = ElementType.Float, TensorShape = Shape(6, n), FloatVal = { rows.Cast<float>() } },
            Metadata = Metadata("pr_curves", DataClass.Tensor, data.ToByteString()),
        };
    }

    public static SummaryValue CustomScalars(params ReadOnlySpan<(string Title, string[] Tags)> charts)
    {
        var category = new Category { Title = "training" };
        foreach (var (title, tags) in charts)
            category.Chart.Add(new Chart { Title = title, Multiline = new MultilineChart { Tag = { tags } } });
        return new SummaryValue
        {
            Tag = "custom_scalars__config__",
            Tensor = Strings([], new Layout { Category = { category } }.ToByteString()),
            Metadata = Metadata("custom_scalars", DataClass.Tensor),
        };
    }

    public static SummaryValue HParams(string tag, HParamsData data) => new()
    {
        Tag = "_hparams_/" + tag, Tensor = new Tensor { Dtype = ElementType.Float, TensorShape = Shape(0) },
        Metadata = Metadata("hparams", DataClass.Tensor, data.ToByteString()),
    };

    private static SummaryMetadata Metadata(string plugin, DataClass dataClass, ByteString? content = null) => new()
    {
        PluginData = new PluginData { PluginName = plugin, Content = content ?? ByteString.Empty }, DataClass = dataClass,
    };

    private static Tensor Strings(ReadOnlySpan<int> shape, params ReadOnlySpan<ByteString> values)
    {
        var tensor = new Tensor { Dtype = ElementType.String, TensorShape = Shape(shape) };
        foreach (var value in values)
            tensor.StringVal.Add(value);
        return tensor;
    }

    private static TensorShape Shape(params ReadOnlySpan<int> sizes)
    {
        var shape = new TensorShape();
        foreach (var size in sizes)
            shape.Dim.Add(new Dimension { Size = size });
        return shape;
    }
}
