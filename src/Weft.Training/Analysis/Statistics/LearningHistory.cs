namespace Weft.Training;

/// <summary>How a sample's prediction went over the epochs.</summary>
/// <param name="LearnedEpoch">The epoch from which on it was right to the last; null if the last was wrong.</param>
/// <param name="Forgotten">How often it was right in an epoch and wrong in the next.</param>
/// <param name="TimesRight">In how many epochs it was right.</param>
/// <remarks>Toneva et al., "An empirical study of example forgetting during deep neural network learning", 2019, for the validation images here.</remarks>
public readonly record struct SampleHistory(int? LearnedEpoch, int Forgotten, int TimesRight);

/// <summary>The validation samples' histories, from the predictions that a run tells after each epoch.</summary>
public sealed class LearningHistory
{
    private LearningHistory(int epochs, IReadOnlyList<SampleHistory> samples) => (Epochs, Samples) = (epochs, samples);

    public int Epochs { get; }

    /// <summary>In the split's order.</summary>
    public IReadOnlyList<SampleHistory> Samples { get; }

    public int AlwaysRight => Samples.Count(sample => sample.TimesRight == Epochs);

    public int NeverRight => Samples.Count(sample => sample.TimesRight == 0);

    public int EverForgotten => Samples.Count(sample => sample.Forgotten > 0);

    /// <returns>Null where the run did not tell its predictions.</returns>
    /// <param name="predictions">Predictions for the validation split.</param>
    public static LearningHistory? Of(RunReader run, PredictionTable predictions)
    {
        // Of an epoch told twice (after a kill) the last one counts.
        var told = run.Events().OfType<EpochObserved>().Select(observed => (observed.Epoch, Predictions: observed.PredictionsOf(predictions.Count)))
            .Where(observed => observed.Predictions is not null)
            .GroupBy(observed => observed.Epoch).OrderBy(group => group.Key).Select(group => (group.Key, group.Last().Predictions!)).ToList();
        return told.Count == 0 ? null : Of(predictions.Labels, told);
    }

    internal static LearningHistory Of(ReadOnlySpan<int> labels, IReadOnlyList<(int Epoch, int[] Predictions)> told)
    {
        var samples = new SampleHistory[labels.Length];
        for (var row = 0; row < samples.Length; row++)
        {
            var (learned, forgotten, times) = ((int?)null, 0, 0);
            foreach (var (epoch, predictions) in told)
            {
                if (predictions[row] == labels[row])
                {
                    learned ??= epoch;
                    times++;
                }
                else if (learned is not null)
                {
                    (learned, forgotten) = (null, forgotten + 1);
                }
            }

            samples[row] = new SampleHistory(learned, forgotten, times);
        }

        return new LearningHistory(told.Count, samples);
    }
}
