using Weft.Training;

namespace Weft.App;

/// <summary>Parallel coordinates of a sweep: an axis for each parameter and one for the result, a line for each trial.</summary>
internal static class SweepParallel
{
    /// <summary>How many groups the trials are coloured in, from the best to the worst.</summary>
    public const int Shades = 5;

    private const int MostLines = 1000; // more are a carpet, and a page that does not open
    private const double Spread = 0.5; // of the room of a choice: its lines lie next to each other
    private const double Wide = 10; // from here on values are shown by their logarithms
    private const double GoldenShare = 0.6180339887498949; // its multiples fill 0 to 1 evenly

    /// <summary>What links to a trial's line.</summary>
    public static string IdOf(TrialRow trial) => $"trial-{trial.Number}";

    /// <returns>Nothing where fewer than two trials have a value.</returns>
    public static Svg Draw(ShownSweep sweep)
    {
        var trials = sweep.Trials.Where(trial => double.IsFinite(sweep.Smaller(trial))).OrderBy(sweep.Smaller).ThenBy(trial => trial.Number).ToList();
        if (trials.Count < 2)
            return Svg.Nothing;
        var shown = trials.Take(MostLines).ToList();
        var axes = sweep.Definition.Space.Parameters.Select((parameter, i) => AxisOf(sweep, parameter, i, shown)).Append(ResultAxis(sweep, shown)).ToList();
        var lines = shown.Select((trial, rank) => new ParallelLine(
            IdOf(trial), TitleOf(sweep, trial), [.. axes.Select(axis => axis.Place(trial))], ClassesOf(trial, rank * Shades / shown.Count)));
        return ParallelChart.Draw(
            [.. axes.Select(axis => axis.Axis)], [.. lines.Reverse()],
            $"{shown.Count} trials as lines over {axes.Count - 1} parameters and the {sweep.MetricName}; the table of trials has the same numbers");
    }

    private static string ClassesOf(TrialRow trial, int shade) =>
        $"q{shade}{(trial.State == TrialState.Pruned ? " early" : "")}{(trial.Number == 0 ? " default" : "")}";

    private static string TitleOf(ShownSweep sweep, TrialRow trial) =>
        $"trial {trial.Number}{(trial.Number == 0 ? ", the default" : "")}: {sweep.MetricName} {sweep.Value(trial)}, {sweep.StateOf(trial)}\n"
        + string.Join('\n', sweep.Definition.Space.Parameters.Zip(trial.Settings, (parameter, text) => $"{parameter.Key} {text}"));

    private static (ParallelAxis Axis, Func<TrialRow, double> Place) ResultAxis(ShownSweep sweep, IReadOnlyList<TrialRow> trials)
    {
        var metric = sweep.Definition.Metric;
        var values = trials.Select(trial => trial.Best!.Value.Value).ToList();
        var isWide = !metric.IsShare && values.Min() > 0 && values.Max() > Wide * values.Min(); // a loss that ran away leaves the others no room
        var axis = ChartAxis.Around(values, isWide ? AxisScale.Log : AxisScale.Linear, metric.IsShare ? 1 : double.PositiveInfinity);
        return (
            new ParallelAxis($"{sweep.MetricName} ({(metric.LargerIsBetter ? "larger" : "smaller")} is better)",
                Ticks(axis, metric.IsShare ? ValueFormat.Percent : ValueFormat.Number)),
            trial => axis.Place(trial.Best!.Value.Value));
    }

    private static (ParallelAxis Axis, Func<TrialRow, double> Place) AxisOf(
        ShownSweep sweep, SearchParameter parameter, int index, IReadOnlyList<TrialRow> trials)
    {
        if (parameter is CategoricalParameter { Choices: var choices })
            return ChoiceAxis(parameter.Key, [.. choices.Concat(trials.Select(trial => trial.Settings[index])).Distinct()], index);
        var number = (NumericParameter)parameter;
        var (low, high) = number.Distribution.Range;
        var values = trials.Select(trial => NumericParameter.Value(trial.Settings[index])).Concat([low, high]);
        var axis = ChartAxis.Around(values, number.Distribution.IsLogarithmic ? AxisScale.Log : AxisScale.Linear);
        return (
            new ParallelAxis(parameter.Key, Ticks(axis, number.Distribution.IsLogarithmic ? ValueFormat.Rate : ValueFormat.Number, number.IsInteger)),
            trial => NumericParameter.Value(trial.Settings[index]) is var value && ChartAxis.Fits(value, axis.Scale) ? axis.Place(value) : double.NaN);
    }

    private static (ParallelAxis Axis, Func<TrialRow, double> Place) ChoiceAxis(string name, List<string> choices, int index)
    {
        double Middle(int choice) => (choice + 0.5) / choices.Count;
        return (
            new ParallelAxis(name, [.. choices.Select((text, i) => (Middle(i), text))]),
            trial => Middle(choices.IndexOf(trial.Settings[index])) + (trial.Number * GoldenShare % 1 - 0.5) * Spread / choices.Count);
    }

    private static List<(double Place, string Text)> Ticks(ChartAxis axis, ValueFormat format, bool areWhole = false)
    {
        var (values, step) = axis.Ticks();
        return [.. values.Where(value => !areWhole || value == Math.Floor(value)).Select(value => (axis.Place(value), ChartText.Tick(value, step, format)))];
    }
}
