namespace Weft.Training;

/// <summary>A data set divided for a run: what is trained on, what is chosen by, and the statistics that normalize both.</summary>
public sealed record TrainingData(ImageDataset Dataset, DatasetSplit Split, DatasetStatistics Statistics)
{
    /// <summary>Divides the training files; the statistics are those of the whole training split, also where only its first samples are used.</summary>
    /// <exception cref="WeftException">Exit 2: no sample would be left to train on.</exception>
    public static TrainingData Prepare(ImageDataset dataset, DataConfiguration options)
    {
        if (options.ValidationCount >= dataset.Train.Count)
        {
            throw new WeftException(ExitCode.Usage, "no sample would be left to train on")
            {
                Where = "data.validation_count", Expected = $"less than {dataset.Train.Count}", Found = $"{options.ValidationCount}", Safe = "nothing was touched",
            };
        }

        var whole = options.ValidationCount is { } count
            ? DatasetSplit.Stratified(dataset.Train.Labels.Span, dataset.ClassCount, count, options.SplitSeed)
            : DatasetSplit.Of(dataset, options.SplitSeed);
        return new TrainingData(dataset, whole.Limit(options.LimitTrain, options.LimitValidation), DatasetStatistics.Of(dataset.Train, whole.Train));
    }

    public int StepsPerEpoch(int batchSize) => (Split.Train.Count + batchSize - 1) / batchSize;

    public Preprocessing Preprocessing => new(Dataset.Shape.Height, Dataset.Shape.Width, Dataset.Shape.Channels, Statistics.Mean, Statistics.StandardDeviation);

    public RunData Describe(long splitSeed) => new(
        Dataset.Name, Dataset.Fingerprint, Split.Train.Count, Split.Validation.Count, splitSeed, Statistics.Mean, Statistics.StandardDeviation, Dataset.ClassNames);
}
