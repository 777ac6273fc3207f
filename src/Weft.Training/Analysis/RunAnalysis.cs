using System.Diagnostics;

namespace Weft.Training;

/// <summary>Finds out where and why a run's checkpoint errs, on the run's own data, preprocessed as it was trained.</summary>
public sealed class RunAnalysis : IDisposable
{
    private const int GallerySize = 32;

    private readonly CheckpointReference _reference;
    private readonly AnalysisOptions _options;
    private readonly Checkpoint _checkpoint;
    private readonly TrainingData _data;
    private readonly ResolvedConfiguration _configuration;
    private readonly Device _device;
    private readonly FeatureExtractor _extractor;
    private readonly CancellationToken _stop;
    private readonly NextStep _advice;

    /// <param name="open">Opens the data the run's configuration names.</param>
    /// <param name="advice">As <see cref="RunChecks"/> takes it. Default: to analyze with the data where they are now.</param>
    /// <exception cref="WeftException">
    /// As <see cref="RunChecks"/>; <see cref="ErrorKind.NoValidCheckpoint"/>: the checkpoint is damaged;
    /// <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public RunAnalysis(
        CheckpointReference reference, Func<DataConfiguration, ImageDataset> open, AnalysisOptions options, NextStep? advice = null,
        CancellationToken cancellationToken = default)
    {
        (_reference, _options, _stop) = (reference, options, cancellationToken);
        _advice = advice ?? new WithData(new AnalyzeRun(reference.Run, options.Split));
        _checkpoint = reference.Read();
        (_configuration, _data) = RunChecks.Open(reference.Run, _checkpoint, open, _advice, reference.Epochs);
        _device = Device.Cpu(options.Threads ?? Environment.ProcessorCount);
        _extractor = new FeatureExtractor(_checkpoint.Model, _device);
    }

    private IReadOnlyList<string> Classes => _checkpoint.Model.Classes;

    /// <param name="ledger">Where a look at the test images is noted before it is taken.</param>
    /// <exception cref="WeftException">The test images cannot be had; a sample's number is none of the split's.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public AnalysisResult Run(TestLedger ledger)
    {
        var begun = Stopwatch.GetTimestamp();
        var (images, indices) = Open(ledger);
        Tell($"predicting {indices.Count:N0} {_options.Split.ToString().ToLowerInvariant()} images");
        var passBegun = Stopwatch.GetTimestamp();
        var (predictions, features) = _extractor.Extract(images, indices, _stop);
        if (predictions.Predictions.Contains(-1))
            throw new WeftException(ErrorKind.Diverged, "the network computes NaN")
            {
                Where = _reference.Path,
                Safe = "nothing was written",
                Next = new ShowRun(_reference.Run),
            };
        var passSeconds = Stopwatch.GetElapsedTime(passBegun).TotalSeconds;
        var validation = _options.Split == EvaluationSplit.Validation ? predictions
            : _extractor.Extract(_data.Dataset.Train, _data.Split.Validation, _stop).Predictions;
        Tell($"describing {_data.Split.Train.Count:N0} training images");
        var plain = _extractor.Extract(_data.Dataset.Train, _data.Split.Train, _stop).Features;
        var train = plain.Normalized();
        var described = features;
        features = features.Normalized();

        var evaluation = new EvaluationResult(predictions, Classes) { DataFingerprint = images.Fingerprint };
        Tell("measuring the suspected reasons");
        var meter = new SampleMeter(_data.Dataset.Train, _data.Split.Train, Classes.Count);
        var measures = Enumerable.Range(0, predictions.Count)
            .Select(row => meter.Of(images.Image(predictions.Indices[row]), predictions.Labels[row])).ToArray();
        var curve = NeighbourLearningCurve.Of(_device, features, train, Classes.Count, cancellationToken: _stop);
        var reasons = MistakeReasons.Of(predictions, measures, Classes, meter.Counts, curve);
        var pairs = ConfusedPair.Of(evaluation);

        Tell("explaining mistakes one by one");
        var gallery = MistakeGallery.Of(predictions, GallerySize);
        var rows = Chosen(predictions, gallery, pairs);
        var cases = new CaseExplainer(_checkpoint.Model, _device, _data.Dataset.Train, train).Explain(images, predictions, features, measures, rows, _stop);
        var history = _options.Split == EvaluationSplit.Validation ? LearningHistory.Of(new RunReader(_reference.Run), predictions) : null;
        var scaled = Calibration.Of(predictions, Calibration.FitTemperature(validation));
        var calibration = Calibration.Of(predictions);
        var suspects = SuspectLabels.Of(predictions);
        var trainingSuspects = _configuration.Value.Backbone.IsFrozen
                ? OutOfFold.SuspectsOfHead(_device, Judged(plain, described), _data, _configuration.Value, _stop)
            : _options.Folds >= 2 ? OutOfFold.Suspects(_configuration, _data, _options.Folds, Tell, _stop) : null;
        Tell("looking up what is near to suspect labels");
        var risk = RiskCoverage.Of(predictions);
        var (parameters, flops) = Cost();
        return new AnalysisResult
        {
            Checkpoint = _reference,
            Epoch = _checkpoint.Position.CompletedEpochs,
            Step = _checkpoint.Position.Step,
            Split = _options.Split,
            Evaluation = evaluation,
            Pairs = pairs,
            Calibration = calibration,
            Scaled = scaled,
            RiskCoverage = risk,
            Reasons = reasons,
            Curve = curve,
            TrainingCounts = meter.Counts,
            Cases = history is null ? cases : [.. cases.Zip(rows, (one, row) => one with { History = history.Samples[row] })],
            History = history,
            Galleries = new GalleryPictures(
                Pictures(predictions, gallery.TopLosses), Pictures(predictions, gallery.ConfidentlyWrong), Pictures(predictions, gallery.LeastCertain)),
            Suspects = suspects,
            TrainingSuspects = trainingSuspects,
            Near = SuspectNeighbours.Of(_device, suspects, features, train, _options.Split != EvaluationSplit.Test, _stop),
            TrainingNear = trainingSuspects is null ? SuspectNeighbours.None
                : SuspectNeighbours.Of(_device, trainingSuspects, Judged(train, features), train, true, _stop),
            Findings = [.. TrainingFindings.Of(new RunReader(_reference.Run)),
                .. MistakeFindings.Of(evaluation, pairs, calibration, scaled, risk, reasons, suspects, _options.Split)],
            Parameters = parameters,
            FlopsPerSample = flops,
            ImagesPerSecond = predictions.Count / passSeconds,
            Elapsed = Stopwatch.GetElapsedTime(begun),
            Images = images,
            TrainingImages = _data.Dataset.Train,
        };
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _device.Dispose();
    }

    // All that is described of the training files: nothing but the training images where test images are analysed.
    private FeatureTable Judged(FeatureTable train, FeatureTable split) =>
        _options.Split == EvaluationSplit.Validation ? FeatureTable.Concat(train, split) : train;

    private (ImageSamples Images, IReadOnlyList<int> Indices) Open(TestLedger ledger)
    {
        if (_options.Split == EvaluationSplit.Validation)
            return (_data.Dataset.Train, _data.Split.Validation);
        var test = ledger.Open(_reference, _data.Dataset, _advice);
        return (test, test.Used);
    }

    private List<int> Chosen(PredictionTable predictions, MistakeGallery gallery, IReadOnlyList<ConfusedPair> pairs)
    {
        var wrong = Enumerable.Range(0, predictions.Count)
            .Where(row => predictions.Predictions[row] >= 0 && predictions.Predictions[row] != predictions.Labels[row]);
        if (_options.Samples.Count > 0)
        {
            var rowOf = Enumerable.Range(0, predictions.Count).ToDictionary(row => predictions.Indices[row]);
            return [.. _options.Samples.Select(index => rowOf.TryGetValue(index, out var row) ? row
                : throw new WeftException(ErrorKind.InvalidInput, $"the {_options.Split.ToString().ToLowerInvariant()} images have no sample {index}")
            {
                Where = "--sample", Expected = "the number of an image of the split, as predictions.csv has it",
                Found = $"{index}", Safe = "nothing was written",
            })];
        }

        if (_options.Pair is { } pair)
            return [.. wrong.Where(row => predictions.Labels[row] == pair.Label && predictions.Predictions[row] == pair.Prediction)
                .OrderByDescending(row => predictions.Losses[row]).Take(_options.Cases)];
        // The surest mistakes, then the most typical ones: in turn from the pairs that are confused most.
        var chosen = gallery.ConfidentlyWrong.Take(_options.Cases / 2).ToList();
        foreach (var confused in pairs.Take(_options.Cases))
            chosen.AddRange(wrong.Where(row => predictions.Labels[row] == confused.Label && predictions.Predictions[row] == confused.Prediction)
                .Except(chosen).Take(Math.Max(1, _options.Cases / 6)));
        return [.. chosen.Take(_options.Cases)];
    }

    private static GalleryImage[] Pictures(PredictionTable predictions, IReadOnlyList<int> rows) =>
    [
        .. rows.Select(row => new GalleryImage(predictions.Indices[row], predictions.Labels[row], predictions.Predictions[row],
            predictions.Predictions[row] < 0 ? double.NaN : predictions.Probabilities(row)[predictions.Predictions[row]], predictions.Losses[row])),
    ];

    private (long Parameters, long Flops) Cost()
    {
        using var network = Network.Compile(
            _checkpoint.Model.Description, _device, new CompileOptions { BatchSize = 1, Training = false, DrawWeights = false });
        return (network.ParameterCount, network.FlopsPerSample);
    }

    private void Tell(string what)
    {
        _stop.ThrowIfCancellationRequested();
        _options.Progress?.Invoke(what);
    }
}
