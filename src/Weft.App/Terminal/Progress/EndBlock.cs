using Weft.Training;

namespace Weft.App;

/// <summary>The last words of a training: why it stopped, what came out, where it lies, what to do next.</summary>
internal static class EndBlock
{
    /// <param name="data">Behind the validation accuracy.</param>
    public static IEnumerable<string> Lines(TrainingResult result, TrainingData data)
    {
        yield return "";
        yield return $"{result.StopReason.Replace('_', ' ')}: {Printable.Escape(result.StopDetail)}";
        if (result.Best is { } best)
        {
            var validationCount = data.Split.Validation.Count;
            var interval = ShareInterval.Wilson((long)Math.Round(best.ValidationAccuracy * validationCount), validationCount);
            yield return $"  best      epoch {best.Epoch}: {Figures.Percent(best.ValidationAccuracy)} validation accuracy, loss "
                + $"{Figures.Loss(best.ValidationLoss)}";
            yield return $"            95 % interval {Figures.Percent(interval.Low)} to {Figures.Percent(interval.High)}";
            if (data.ValidationGap is { } gap)
                yield return $"            note: {Printable.Escape(gap)}";
        }
        yield return $"  trained   {result.Epochs} epochs, {Figures.Count(result.Steps)} steps in {Figures.Duration(result.TrainTime)}"
            + (result.ImagesPerSecond > 0 ? $", {Figures.Count(result.ImagesPerSecond)} images/s" : "");
        yield return $"  run       {Printable.Escape(RunReference.ShortPath(result.Run!.Path))}";
        if (result.Best is not null)
            yield return $"  weights   {Printable.Escape(RunReference.ShortPath(result.Run!.BestCheckpoint))}";
        foreach (var finding in result.Best is null ? [] : TrainingFindings.AtTheEnd(new RunReader(result.Run)))
        {
            yield return $"  finding   {Printable.Escape(finding.Sentence)}";
            if (finding.Action is { } action)
                yield return $"            {Printable.Escape(CommandText.For(action.For(result.Run)))}";
        }
        var commands = Commands(result, data.Dataset.HasTest, Printable.Escape(RunReference.For(result.Run))).ToArray();
        for (var i = 0; i < commands.Length; i++)
            yield return $"  {(i == 0 ? "next" : ""),-8}  {commands[i]}";
    }

    private static IEnumerable<string> Commands(TrainingResult result, bool hasTest, string reference)
    {
        if (result.StopReason is StopReasons.Interrupted or StopReasons.TimeBudget)
            yield return $"weft resume {reference}";
        if (result.Best is not null && hasTest)
            yield return $"weft eval {reference} --split test";
        else if (result.Best is not null)
            yield return $"weft analyze {reference}";
        if (result.Best is not null)
            yield return $"weft report {reference}";
        yield return $"weft runs show {reference}";
    }
}
