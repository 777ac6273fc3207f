namespace Weft.Training;

/// <summary>The range and the length of a <see cref="LearningRateSearch"/>.</summary>
internal sealed record LearningRateSearchOptions
{
    /// <value>Default: 1e-6.</value>
    public double From { get; init; } = 1e-6;

    /// <value>Default: 1.</value>
    public double To { get; init; } = 1;

    /// <value>At least 10. Default: 100.</value>
    public int Steps { get; init; } = 100;

    /// <summary>The search ends where the smoothed loss exceeds the lowest so far by this factor.</summary>
    public const double Explosion = 3;
}

/// <param name="Loss">The loss of this step's batch.</param>
/// <param name="Smoothed">Moving average with bias correction.</param>
internal readonly record struct LearningRatePoint(double LearningRate, double Loss, double Smoothed);

/// <param name="Suggestion">Where the loss falls fastest; null where it falls nowhere.</param>
/// <param name="Lowest">Learning rate of the lowest smoothed loss.</param>
/// <param name="Exploded">Whether the search ended before its highest learning rate.</param>
internal sealed record LearningRateSearchResult(IReadOnlyList<LearningRatePoint> Points, double? Suggestion, double Lowest, bool Exploded)
{
    /// <summary>On the data, as <see cref="TrainingData.Notes"/>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>
/// The learning-rate range test: a copy of the network is trained a step at a time while the learning rate grows by one factor a step; then it is thrown away.
/// No file is written.
/// </summary>
/// <remarks>Smith, "Cyclical learning rates for training neural networks", WACV 2017.</remarks>
internal static class LearningRateSearch
{
    private const double Smoothing = 0.9;

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the network cannot be built.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static LearningRateSearchResult Run(
        RunConfiguration configuration, ImageDataset dataset, LearningRateSearchOptions options, CancellationToken cancellationToken = default)
    {
        var data = TrainingData.Prepare(dataset, configuration.Data);
        using var compiled = CompiledTraining.Of(configuration, null, dataset, new Surroundings(), isNew: true, readsCheckpoint: false);
        using var loader = new BatchLoader(dataset.Train, data.Split.Train, data.Statistics, new BatchLoaderOptions
        {
            BatchSize = configuration.Training.BatchSize, Seed = configuration.Training.Seed,
            Epochs = configuration.Training.Epochs, Augmentation = configuration.Augmentation,
        });
        using var shards = ShardedGradients.For(compiled.Network, configuration.Training.Shards, RankGroup.Alone);
        var step = new TrainingStep(
            compiled.Network, compiled.Optimizer, configuration.Loss, configuration.Loss.Weights(data.TrainedClasses.PerClass), shards: shards);
        var points = new List<LearningRatePoint>();
        var (average, lowest) = (0.0, double.PositiveInfinity);
        for (var i = 0; i < options.Steps; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rate = options.From * Math.Pow(options.To / options.From, (double)i / (options.Steps - 1));
            var loss = step.Run(loader.Next(), i, rate).MeanLoss;
            average = Smoothing * average + (1 - Smoothing) * loss;
            var smoothed = average / (1 - Math.Pow(Smoothing, i + 1));
            if (!(smoothed <= LearningRateSearchOptions.Explosion * lowest)) // NaN ends it too
                return Judge(points, exploded: true) with { Notes = data.Notes };
            points.Add(new LearningRatePoint(rate, loss, smoothed));
            lowest = Math.Min(lowest, smoothed);
        }

        return Judge(points, exploded: false) with { Notes = data.Notes };
    }

    // The steepest fall of the smoothed loss over the logarithm of the learning rate, before its lowest point; the first few steps only fill the average.
    internal static LearningRateSearchResult Judge(IReadOnlyList<LearningRatePoint> points, bool exploded)
    {
        if (points.Count == 0)
            return new LearningRateSearchResult(points, null, double.NaN, exploded);
        var best = Enumerable.Range(0, points.Count).MinBy(i => points[i].Smoothed);
        var (suggestion, steepest) = ((double?)null, 0.0);
        for (var i = Math.Min(5, points.Count / 10) + 1; i + 1 <= best; i++)
        {
            var slope = (points[i + 1].Smoothed - points[i - 1].Smoothed) / Math.Log(points[i + 1].LearningRate / points[i - 1].LearningRate);
            if (slope < steepest)
                (suggestion, steepest) = (points[i].LearningRate, slope);
        }

        return new LearningRateSearchResult(points, suggestion, points[best].LearningRate, exploded);
    }
}
