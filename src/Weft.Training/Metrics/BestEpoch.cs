using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>The best epoch so far, see <see cref="BestRule"/>.</summary>
public sealed record BestEpoch(int Epoch, double ValidationAccuracy, double ValidationLoss)
{
    /// <value>The metric that chose it; null where that is one of the other two.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }
}

/// <summary>
/// Which of two epochs is better: the one with the better <paramref name="Metric"/>, of equals the one with the lower validation loss, of equals the first.
/// </summary>
internal sealed record BestRule(EpochMetric Metric)
{
    /// <summary>The rule that goes by the validation accuracy.</summary>
    public static BestRule Usual { get; } = new(new ValidationAccuracyMetric());

    /// <summary>The rule of a run.</summary>
    /// <param name="bestMetric">What its description says, see <see cref="RunInformation.BestMetric"/>; null where that cannot be read.</param>
    public static BestRule Of(string? bestMetric) => bestMetric is not null && EpochMetric.Find(bestMetric) is { } metric ? new BestRule(metric) : Usual;

    /// <summary>Whether an epoch takes the place of <paramref name="best"/>. One without a value never does.</summary>
    public bool IsBetter(double accuracy, double loss, MetricValues further, BestEpoch? best)
    {
        var value = Metric.Of(accuracy, loss, further);
        if (double.IsNaN(value) || best is null)
            return !double.IsNaN(value);
        var before = best.Value ?? Metric.Of(best.ValidationAccuracy, best.ValidationLoss, MetricValues.None);
        return Metric.IsBetter(value, before) || (value == before && loss < best.ValidationLoss);
    }

    /// <summary>What is remembered of an epoch that is the best.</summary>
    public BestEpoch Remember(int epoch, double accuracy, double loss, MetricValues further) =>
        new(epoch, accuracy, loss) { Value = Metric is ValidationAccuracyMetric or ValidationLossMetric ? null : further[Metric.Name] };

    /// <summary>The best of some rows, null where none has a value.</summary>
    public MetricsRow? Best(IEnumerable<MetricsRow> rows)
    {
        MetricsRow? found = null;
        BestEpoch? best = null;
        foreach (var row in rows.OrderBy(row => row.Epoch))
        {
            if (IsBetter(row.ValidationAccuracy, row.ValidationLoss, row.Further, best))
                (found, best) = (row, Remember(row.Epoch, row.ValidationAccuracy, row.ValidationLoss, row.Further));
        }

        return found;
    }
}
