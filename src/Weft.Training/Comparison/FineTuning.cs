using System.Globalization;

namespace Weft.Training;

/// <summary>What fine-tuning is worth: its best epoch against the fitted last layer that it began with, on the same validation pictures.</summary>
/// <param name="Test">The pictures that only the fitted layer has right come first.</param>
internal sealed record FineTuning(McNemar Test, int HeadCorrect, int Correct, int Count)
{
    /// <summary>Null where the training began with no fitted layer, or is not the process that fitted it.</summary>
    public static FineTuning? Of(TrainingSession session, TrainingResult result)
    {
        if (session.HeadPredictions is not { } head || session.Folder is not { } folder || result.Best is not { } best)
            return null;
        var observed = new RunReader(folder).Events().OfType<EpochObserved>().LastOrDefault(epoch => epoch.Epoch == best.Epoch);
        if (observed?.PredictionsOf(head.Count) is not { } tuned)
            return null;
        int[] labels = [.. session.Data.Split.Validation.Select(index => session.Data.Dataset.Train.Label(index))];
        int Only(IReadOnlyList<int> one, IReadOnlyList<int> other) => labels.Index().Count(row => one[row.Index] == row.Item && other[row.Index] != row.Item);
        int Right(IReadOnlyList<int> predictions) => labels.Index().Count(row => predictions[row.Index] == row.Item);
        return new FineTuning(new McNemar(Only(head, tuned), Only(tuned, head)), Right(head), Right(tuned), labels.Length);
    }

    /// <summary>Whether the fitted layer alone is the one to use: fine-tuning has to have more pictures right.</summary>
    public bool IsNoGain => Correct <= HeadCorrect;

    /// <summary>One sentence for people, with the probability of such a difference by chance.</summary>
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"{Correct:N0} of {Count:N0} validation pictures are right, {HeadCorrect:N0} by the fitted last layer alone; {Test.OnlySecond:N0} only after ")
        + string.Create(CultureInfo.InvariantCulture, $"fine-tuning, {Test.OnlyFirst:N0} only before it, p = {Test.MidP:0.###}")
        + (IsNoGain ? ": the fitted layer alone is the one to keep" : "");
}
