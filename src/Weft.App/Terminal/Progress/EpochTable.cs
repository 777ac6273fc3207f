using Weft.Training;

namespace Weft.App;

/// <summary>One line an epoch: columns for wide terminals, fewer for narrow ones, and a sentence where nobody aligns columns.</summary>
internal static class EpochTable
{
    /// <summary>From this many columns on all figures fit.</summary>
    public const int Wide = 80;

    public static string Header(int width) => width >= Wide
        ? $"{"epoch",5}  {"train loss",10} {"accuracy",9}  {"validation loss",15} {"accuracy",9}  {"images/s",9} {"time",7}"
        : $"{"ep",3} {"train",7} {"valid.",7} {"accuracy",9} {"time",6}";

    public static string Row(EpochDone epoch, int width)
    {
        var time = Figures.Duration(TimeSpan.FromSeconds(epoch.Seconds));
        var best = epoch.IsBest ? " *" : "";
        return width >= Wide
            ? $"{epoch.Epoch,5}  {Figures.Loss(epoch.TrainLoss),10} {Figures.Percent(epoch.TrainAccuracy),9}  {Figures.Loss(epoch.ValidationLoss),15} "
                + $"{Figures.Percent(epoch.ValidationAccuracy),9}  {Figures.Count(epoch.ImagesPerSecond),9} {time,7}{best}"
            : $"{epoch.Epoch,3} {Figures.Loss(epoch.TrainLoss),7} {Figures.Loss(epoch.ValidationLoss),7} {Figures.Percent(epoch.ValidationAccuracy),9} "
                + $"{time,6}{best}";
    }

    public static string Sentence(EpochDone epoch, TrainingState state)
    {
        var best = state.Best is { } known ? $"  best {Figures.Percent(known.ValidationAccuracy)} @{known.Epoch}" : "";
        var patience = state.PatienceLeft is { } left ? $"  patience {left}/{state.Patience}" : "";
        return $"epoch {epoch.Epoch}/{state.Epochs}  train loss {Figures.Loss(epoch.TrainLoss)} accuracy {Figures.Percent(epoch.TrainAccuracy)}  "
            + $"validation loss {Figures.Loss(epoch.ValidationLoss)} accuracy {Figures.Percent(epoch.ValidationAccuracy)}"
            + string.Concat((epoch.Further ?? MetricValues.None).Select(metric => $" {Figures.Metric(metric.Key)} {Figures.Metric(metric.Key, metric.Value)}"))
            + $"{best}{patience}  "
            + (epoch.ImagesPerSecond > 0 ? $"{Figures.Count(epoch.ImagesPerSecond)} images/s  " : "") // none where a last layer is fitted at once
            + $"{Figures.Duration(TimeSpan.FromSeconds(epoch.Seconds))}";
    }
}
