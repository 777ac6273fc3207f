using Weft.Training;

namespace Weft.App;

/// <summary>The charts of one run, and of several over each other.</summary>
internal static class RunCharts
{
    private const int Blue = 0;
    private const int Orange = 1;
    private const int Green = 2;

    /// <summary>Loss, accuracy and learning rate, and how the machine was used.</summary>
    public static IReadOnlyList<Chart> Of(RunHistory history, ChartView view)
    {
        var epochs = history.Epochs;
        ChartPoint AtEpoch(EpochDone epoch, double value) => new(X(history, epoch.Epoch, view), value);
        ChartPoint AtStep(StepDone step, double value) => new(X(history, history.EpochOf(step.Step), view), value);
        List<ChartSeries> curves(Func<EpochDone, double> train, Func<EpochDone, double> validation, Func<StepDone, double> soFar) =>
        [
            new("train, epoch so far", Blue, [.. history.Steps.Select(step => AtStep(step, soFar(step)))]) { IsFaint = true },
            .. Smooth(new("train", Blue, [.. epochs.Select(epoch => AtEpoch(epoch, train(epoch)))]), view),
            .. Smooth(new("validation", Orange, [.. epochs.Select(epoch => AtEpoch(epoch, validation(epoch)))]), view),
        ];
        Chart machine(string title, ValueFormat format, IEnumerable<ChartSeries> series) => Base(title, series, view) with { YFormat = format, YInclude = 0 };
        IReadOnlyList<ChartPoint> samples(Func<SystemSampled, double> value) =>
            [.. history.Machine.Select(at => new ChartPoint(X(history, at.Epoch, view), value(at.Sample)))];
        return
        [
            Base("Loss", curves(epoch => epoch.TrainLoss, epoch => epoch.ValidationLoss, step => step.Loss), view) with { YScale = view.Scale },
            Base("Accuracy", curves(epoch => epoch.TrainAccuracy, epoch => epoch.ValidationAccuracy, step => step.Accuracy),
                view) with { YFormat = ValueFormat.Percent },
            .. (epochs.LastOrDefault()?.Further ?? MetricValues.None).Select(metric =>
                Base(Figures.Metric(metric.Key), Smooth(new("validation", Orange, [.. epochs.Select(epoch =>
                    AtEpoch(epoch, (epoch.Further ?? MetricValues.None)[metric.Key]))]), view), view) with
                {
                    YFormat = EpochMetric.Find(metric.Key)?.IsShare == true ? ValueFormat.Percent : ValueFormat.Number,
                }),
            Base("Learning rate", [new("learning rate", Green, [.. history.Steps.Select(step => AtStep(step, step.LearningRate))]) { InLegend = false }],
                view) with
            {
                YFormat = ValueFormat.Rate, YScale = view.Scale, YInclude = view.Scale == AxisScale.Linear ? 0 : null,
            },
            machine("Images per second", ValueFormat.Count,
            [
                new("in training steps", Green, [.. history.Steps.Select(step => AtStep(step, step.ImagesPerSecond))]),
                new("overall", 5, samples(sample => sample.ImagesPerSecond)),
            ]),
            machine("Machine", ValueFormat.Percent,
            [
                new("processor", Blue, samples(sample => sample.CpuShare)), new("waiting for data", 4, samples(sample => sample.DataWaitShare)),
            ]),
            machine("Memory", ValueFormat.Bytes, [new("of this process", 3, samples(sample => sample.MemoryBytes)) { InLegend = false }]),
        ];
    }

    /// <summary>The same curve of several runs in one chart each.</summary>
    /// <param name="runs">Name, colour, history.</param>
    public static IReadOnlyList<Chart> Overlay(IReadOnlyList<(string Name, int Color, OverlayCurves Curves)> runs, ChartView view)
    {
        Chart one(string title, Func<OverlayCurves, IReadOnlyList<ChartPoint>> curve, bool isNoisy = true) => Base(title, runs.SelectMany(run =>
        {
            var series = new ChartSeries(run.Name, run.Color, curve(run.Curves)) { InLegend = false, IsDashed = run.Color >= ChartStyle.Colors / 2 };
            return isNoisy ? Smooth(series, view) : [series];
        }), view);
        return
        [
            one("Validation loss", curves => curves.ValidationLoss) with { YScale = view.Scale },
            one("Validation accuracy", curves => curves.ValidationAccuracy) with { YFormat = ValueFormat.Percent },
            one("Training loss", curves => curves.TrainLoss) with { YScale = view.Scale },
            one("Training accuracy", curves => curves.TrainAccuracy) with { YFormat = ValueFormat.Percent },
            one("Learning rate", curves => curves.LearningRate, isNoisy: false) with { YScale = view.Scale,
                YFormat = ValueFormat.Rate, YInclude = view.Scale == AxisScale.Linear ? 0 : null },
            one("Images per second", curves => curves.ImagesPerSecond) with { YFormat = ValueFormat.Count, YInclude = 0 },
        ];
    }

    /// <summary>What an overlay shows of a run, taken while its history is at hand.</summary>
    public static OverlayCurves Curves(RunHistory history, ChartView view)
    {
        IReadOnlyList<ChartPoint> epochs(Func<EpochDone, double> value) =>
            [.. history.Epochs.Select(epoch => new ChartPoint(X(history, epoch.Epoch, view), value(epoch)))];
        IReadOnlyList<ChartPoint> steps(Func<StepDone, double> value) =>
            [.. history.Steps.Select(step => new ChartPoint(X(history, history.EpochOf(step.Step), view), value(step)))];
        return new OverlayCurves(
            epochs(epoch => epoch.ValidationLoss), epochs(epoch => epoch.ValidationAccuracy),
            epochs(epoch => epoch.TrainLoss), epochs(epoch => epoch.TrainAccuracy),
            steps(step => step.LearningRate), steps(step => step.ImagesPerSecond));
    }

    // An axis of epochs ends with a whole one, so that there is a number at its end from the first step on.
    private static Chart Base(string title, IEnumerable<ChartSeries> series, ChartView view)
    {
        List<ChartSeries> all = [.. series];
        return new Chart(title, all)
        {
            XName = view.OverTime ? "time trained" : "epoch", XFormat = view.OverTime ? ValueFormat.Duration : ValueFormat.Number, XMinimum = 0,
            XMaximum = view.OverTime ? null : Math.Ceiling(all.Select(curve => curve.Points.Count == 0 ? 0 : curve.Points[^1].X).DefaultIfEmpty(0).Max()),
        };
    }

    private static double X(RunHistory history, double epoch, ChartView view) => view.OverTime ? history.SecondsAt(epoch) : epoch;

    private static IEnumerable<ChartSeries> Smooth(ChartSeries series, ChartView view) => view.SmoothingPercent == 0 ? [series]
        : [series with { IsFaint = true, InLegend = false }, series with { Points = Smoothing.Exponential(series.Points, view.Smoothing) }];
}

/// <summary>The curves of a run that an overlay shows.</summary>
internal sealed record OverlayCurves(
    IReadOnlyList<ChartPoint> ValidationLoss, IReadOnlyList<ChartPoint> ValidationAccuracy,
    IReadOnlyList<ChartPoint> TrainLoss, IReadOnlyList<ChartPoint> TrainAccuracy,
    IReadOnlyList<ChartPoint> LearningRate, IReadOnlyList<ChartPoint> ImagesPerSecond);
