using System.Diagnostics;
using System.Globalization;
using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// Begins a training whose network knows pictures already: the features of the training pictures are computed once, a last layer is fitted to them, and the
/// training goes on from there, or ends with that where the backbone is frozen.
/// </summary>
internal sealed class HeadTraining
{
    private readonly ResolvedConfiguration _configuration;
    private readonly TrainingData _data;
    private readonly PretrainedWeights _weights;
    private readonly NetworkDescription _description;
    private readonly Surroundings _surroundings;
    private readonly Action<string> _tell;
    private readonly CancellationToken _stop;

    private HeadTraining(
        ResolvedConfiguration configuration, ImageDataset dataset, PretrainedWeights weights, Surroundings surroundings, Action<string> tell,
        CancellationToken cancellationToken)
    {
        (_configuration, _weights, _surroundings, _tell, _stop) = (configuration, weights, surroundings, tell, cancellationToken);
        _data = TrainingData.Prepare(dataset, configuration.Value.Data) with
        {
            Statistics = new DatasetStatistics(weights.Metadata.Mean, weights.Metadata.StandardDeviation),
        };
        _description = configuration.Value.Model.Describe(dataset.ClassCount, dataset.Shape);
        weights.RequireFit(_description);
    }

    private HeadConfiguration Head => _configuration.Value.Head;

    /// <param name="tell">Hears sentences about what is being done.</param>
    /// <exception cref="WeftException">The weights do not fit the network, or something is wrong with the run; no folder is left behind.</exception>
    /// <exception cref="OperationCanceledException">Stopped before the run began.</exception>
    public static TrainingSession Begin(
        ResolvedConfiguration configuration, ImageDataset dataset, PretrainedWeights weights, NewRun? run, Action<string> tell,
        Surroundings? surroundings = null, CancellationToken cancellationToken = default)
    {
        var chosen = DataChoices.Of(configuration, dataset);
        foreach (var note in chosen.Notes.Skip(configuration.Notes.Count))
            tell(note);
        return new HeadTraining(chosen, dataset, weights, surroundings ?? new Surroundings(), tell, cancellationToken).Begin(run);
    }

    private TrainingSession Begin(NewRun? run)
    {
        using var device = _surroundings.Device(_configuration.Value.Training.Threads ?? Environment.ProcessorCount);
        var (train, validation) = Features(device);
        var head = Fitted(device, FeatureTable.Concat(train));
        Tell(LeakMeter.Of(device, FeatureTable.Concat(train[0], validation), _data.Dataset.Groups, _stop));
        var session = TrainingSession.Begin(
            _configuration, null, _data, run, _surroundings,
            start: new InitialState(
                _weights.With(head, _description), Position(train[0], head), _configuration.Value.Backbone.IsFrozen ? null : head.Predictions(validation)));
        try
        {
            // Fine-tuned weights describe pictures otherwise.
            if (session.Folder is { } folder && _configuration.Value.Backbone.IsFrozen)
                DurableFile.Write(_surroundings.Files, folder.FeaturesFile, TrainingFeatures.Create(device, train[0], _data.Dataset, _stop).ToBytes());
            return session;
        }
        catch (Exception failure)
        {
            session.Dispose();
            if (DiskFailure.Is(failure))
                throw DiskFailure.ToError(failure, "the run's folder cannot be written", session.Folder!.FeaturesFile, "the run's checkpoint is intact");
            throw;
        }
    }

    // The last layer, of the strength that was asked for or that cross-validation over groups chose; the classes count as the configuration's loss has it.
    private LinearWeights Fitted(Device device, FeatureTable features)
    {
        var weights = _configuration.Value.Loss.Weights(_data.TrainedClasses.PerClass);
        var (classes, options) = (_data.Dataset.ClassCount, new LogisticOptions
        {
            LogitAdjustment = Head.LogitAdjustment, Threads = device.Threads,
            ClassWeights = weights.Length == 0 ? null : [.. weights.Select(weight => (double)weight)],
        });
        if (Head.Strength is { } strength)
            return LogisticHead.Fit(features, classes, options with { Strength = strength }, cancellationToken: _stop).Weights;
        var folds = Folds(features);
        var search = HeadSearch.Run(features, classes, folds, new HeadSearchOptions { Head = options }, device, _stop);
        _tell($"{Head.Folds}-fold cross-validation over groups: accuracy {Percent(search.Accuracy)}, 95 % interval {Percent(search.Interval.Low)} to "
            + $"{Percent(search.Interval.High)} ({search.OutOfFold.Count} pictures); balanced {Percent(search.BalancedAccuracy)}; "
            + $"always saying the most frequent class {Percent(search.Majority)}; strength {search.Strength.ToString("0.####", CultureInfo.InvariantCulture)}");
        if (search.Curve.Count > 0)
            _tell("learning curve: " + string.Join(", ", search.Curve.Select(point => $"{Percent(point.Accuracy)} with {point.Pictures} pictures")));
        var pixels = Pixels();
        var baseline = HeadSearch.Run(
            pixels, classes, Folds(pixels), new HeadSearchOptions { Head = options, Strengths = [1], CurveSizes = [] }, device, _stop);
        _tell($"the same from the pixels alone: {Percent(baseline.Accuracy)}");
        return search.Head.Weights;
    }

    private int[] Folds(FeatureTable table)
    {
        int[] groups = [.. table.Indices.ToArray().Select(index => _data.Dataset.Groups?[index] ?? index)];
        return HeadFolds.Of(table.Labels.ToArray(), groups, Head.Folds, _configuration.Value.Data.SplitSeed);
    }

    // What a person could do without any network: each training picture at 16 × 16.
    private FeatureTable Pixels()
    {
        const int Side = 16;
        var (samples, indices) = (_data.Dataset.Train, _data.Split.Train);
        var (shape, length) = (samples.Shape, Side * Side * samples.Shape.Channels);
        var values = new float[indices.Count * length];
        var small = new byte[length];
        for (var row = 0; row < indices.Count; row++)
        {
            PictureScaling.Resize(samples.Image(indices[row]), shape.Width, shape.Height, shape.Channels, small, Side, Side, ResizeFilter.Bilinear);
            for (var i = 0; i < length; i++)
                values[row * length + i] = small[i] / 255f;
        }

        return new FeatureTable([.. indices], [.. indices.Select(samples.Label)], values, length);
    }

    // Of each training picture as it is, and of its mirror image; of each validation picture as it is.
    private (FeatureTable[] Train, FeatureTable Validation) Features(Device device)
    {
        var cut = NetworkCut.BeforeLogits(_description)!;
        var metadata = new ModelMetadata
        {
            Description = _description, Preprocessing = _data.Preprocessing, Classes = _data.Dataset.ClassNames,
            DataFingerprint = _data.Dataset.Fingerprint, Configuration = RunKeys.OfCheckpoint(_configuration.Value),
        };
        var (classes, width) = (_data.Dataset.ClassCount, cut.Value.Length);
        var blank = new LinearWeights(classes, width, new float[classes * width], new float[classes]);
        using var extractor = new FeatureExtractor(new TrainedModel(metadata, _weights.With(blank, _description)), device);
        var views = new[] { AffineMap.Identity, AffineMap.HorizontalFlip(_data.Dataset.Shape) }.Take(Head.Views);
        var begun = Stopwatch.GetTimestamp();
        var train = views.Select(view => extractor.Extract(_data.Dataset.Train, _data.Split.Train, view, _stop).Features).ToArray();
        var validation = extractor.Extract(_data.Dataset.Train, _data.Split.Validation, _stop).Features;
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var count = train.Sum(table => table.Count) + validation.Count;
        _tell(string.Create(CultureInfo.InvariantCulture, $"features of {count:N0} views in {seconds:F1} s, {count / seconds:F0} a second"));
        return (train, validation);
    }

    private void Tell(LeakMeter leak)
    {
        if (_data.Dataset.Groups is null)
            return;
        _tell($"nearest neighbour: {Percent(leak.Grouped)} over other groups; over all pictures {Percent(leak.Random)}"
            + (leak.Gap > LeakMeter.Much ? ", which is what copies are worth: a random division would flatter" : ""));
    }

    private static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    // What the fitted layer makes of the training pictures, each as it is.
    private TrainingPosition Position(FeatureTable features, LinearWeights head)
    {
        if (!_configuration.Value.Backbone.IsFrozen)
            return new TrainingPosition();
        var (loss, correct) = (0.0, 0);
        var probabilities = new double[head.Classes];
        for (var row = 0; row < features.Count; row++)
        {
            probabilities.AsSpan().Clear();
            head.AddProbabilities(features.Row(row), probabilities);
            var label = features.Labels[row];
            loss -= Math.Log(probabilities[label]);
            correct += Array.IndexOf(probabilities, probabilities.Max()) == label ? 1 : 0;
        }

        return new TrainingPosition { Step = 1, StepInEpoch = 1, LossSum = loss, Correct = correct, Samples = features.Count };
    }
}
