namespace Weft.Training;

/// <summary>A picture, and what the network says about it or why it says nothing.</summary>
internal sealed record PredictedPicture(string Name, FittedPicture? Picture)
{
    public ImagePrediction? Prediction { get; init; }

    /// <summary>How unlike the training pictures it is; null where the run does not know them.</summary>
    public Unlikeness? Unlike { get; init; }

    public WeftException? Failure { get; init; }

    /// <value>What the logits are divided by for the probabilities that are shown; null: they are shown as the network computes them.</value>
    public double? Temperature { get; init; }

    /// <summary>The prediction as it is shown; null where there is none.</summary>
    public ImagePrediction? Shown => Temperature is { } temperature ? Prediction?.Calibrated(temperature) : Prediction;

    /// <summary>What is written of it; null where there is no prediction.</summary>
    public PredictionEntry? Entry => Shown is not { } shown ? null
        : new PredictionEntry(Name, shown.Name, shown.Class, shown.Probability, shown.Probabilities)
        {
            Unlike = Unlike?.IsUnlike, Distance = Unlike?.Distance, Nearest = Unlike?.Nearest,
            Adapted = Picture!.IsAdapted ? true : null, Unsure = IsUnsure ? true : null,
        };

    /// <summary>Whether it was adapted and is recognized with little certainty: bench/results/pictures/unlike.md.</summary>
    public bool IsUnsure => Picture is { IsAdapted: true } && Prediction?.Probability < Sure;

    private const double Sure = 0.6;
}

/// <summary>
/// Predicts any number of pictures: the threads of the pool decode, one thread computes a batch at a time, and who enumerates writes, all next to each other.
/// The order is that of the list, and no more than a few batches are in memory.
/// </summary>
/// <param name="known">How the network describes the training pictures; null where the run does not say.</param>
internal sealed class PredictionPipeline(Predictor predictor, PictureInput input, TrainingFeatures? known)
{
    private const int FilesAhead = 32;
    private const int BatchesAhead = 2;

    /// <summary>Opens standard input where the list names it.</summary>
    public required Func<Stream> StandardInput { get; init; }

    /// <value>As <see cref="PredictedPicture.Temperature"/>. Default: null.</value>
    public double? Temperature { get; init; }

    /// <param name="stop">Ends all that runs; it is also cancelled where the enumeration is broken off.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public IEnumerable<PredictedPicture[]> Run(IEnumerable<PictureEntry> entries, CancellationTokenSource stop) =>
        Decoded(entries).Chunk(Predictor.BatchSize).RunAhead(BatchesAhead, stop, waits: false).Select(Predict).RunAhead(BatchesAhead, stop);

    private IEnumerable<PredictedPicture> Decoded(IEnumerable<PictureEntry> entries)
    {
        foreach (var (first, rest) in entries.SelectAhead(FilesAhead, Begin))
        {
            foreach (var picture in first)
                yield return picture;
            while (rest.MoveNext())
                yield return rest.Current;
        }
    }

    // After two pictures a file is known to hold many: they are decoded when their turn comes, so that memory does not grow with them.
    private (List<PredictedPicture> First, IEnumerator<PredictedPicture> Others) Begin(PictureEntry entry)
    {
        var rest = Pictures(entry).GetEnumerator();
        var first = new List<PredictedPicture>(1);
        while (first.Count < 2 && rest.MoveNext())
            first.Add(rest.Current);
        return (first, rest);
    }

    private IEnumerable<PredictedPicture> Pictures(PictureEntry entry)
    {
        if (entry.Problem is { } problem)
        {
            yield return new PredictedPicture(entry.Name, null) { Failure = problem };
            yield break;
        }

        using var pictures = Open(entry).Take(entry.Most).GetEnumerator();
        while (true)
        {
            PredictedPicture next;
            try
            {
                if (!pictures.MoveNext())
                    yield break;
                next = new PredictedPicture(pictures.Current.Name, pictures.Current);
            }
            catch (WeftException bad)
            {
                next = new PredictedPicture(entry.Name, null) { Failure = bad };
            }

            yield return next;
            if (next.Failure is not null)
                yield break;
        }
    }

    private IEnumerable<FittedPicture> Open(PictureEntry entry) =>
        entry.IsStandardInput ? FromStandardInput(entry.Name) : PictureFile.Read(entry.Name, input, entry.First);

    private IEnumerable<FittedPicture> FromStandardInput(string name)
    {
        using var stream = StandardInput();
        foreach (var picture in PictureFile.ReadAhead(stream, name, input))
            yield return picture;
    }

    private PredictedPicture[] Predict(PredictedPicture[] batch)
    {
        PredictedPicture[] readable = [.. batch.Where(item => item.Failure is null)];
        if (readable.Length == 0)
            return batch;
        IReadOnlyList<ImagePrediction> predictions;
        try
        {
            predictions = predictor.Predict([.. readable.Select(item => item.Picture!.Pixels)]);
        }
        catch (WeftException diverged)
        {
            return [.. batch.Select(item => item.Failure is null ? item with { Failure = diverged } : item)];
        }

        var unlike = known?.Look(predictor.Device, predictions);
        var next = 0;
        foreach (ref var item in batch.AsSpan())
        {
            if (item.Failure is not null)
                continue;
            item = item with { Prediction = predictions[next], Unlike = unlike?[next], Temperature = Temperature };
            next++;
        }

        return batch;
    }
}
