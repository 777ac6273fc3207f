namespace Weft.Training;

/// <summary>
/// Makes an ordinary run of a network that came trained, so that it is evaluated, analysed, compared and trained further as any other. The run's one step is
/// to have the weights; what it then learns of the training images is only measured.
/// </summary>
internal static class ImportedRun
{
    private static readonly string[] TakenSections = ["data.", "picture.", "evaluation.", "metrics."];

    /// <param name="source">Where the network comes from; the run remembers it.</param>
    /// <param name="data">Where the data are, unless the model says it.</param>
    /// <param name="open">Opens the data that the configuration names.</param>
    /// <exception cref="WeftException">The network does not fit the data, or something is wrong with the run; no folder is left behind.</exception>
    public static RunFolder Make(
        TrainedModel model, string source, int threads, IReadOnlyList<ConfigurationValue> data, Func<DataConfiguration, ImageDataset> open, NewRun run,
        CancellationToken cancellationToken)
    {
        using var session = Begin(model, source, [new("training.threads", $"{threads}", "--threads"), .. data], open, run, cancellationToken);
        Trainer.Run(session, cancellationToken: cancellationToken);
        return session.Folder!;
    }

    private static TrainingSession Begin(
        TrainedModel model, string source, IReadOnlyList<ConfigurationValue> data, Func<DataConfiguration, ImageDataset> open, NewRun run,
        CancellationToken cancellationToken)
    {
        var known = FormerKeys.Now(model.Metadata.Configuration, new RunConfiguration())
            .Where(pair => TakenSections.Any(section => pair.Key.StartsWith(section, StringComparison.Ordinal))
                && ConfigurationTable.Find(pair.Key, new RunConfiguration()) is not null)
            .Select(pair => new ConfigurationValue(pair.Key, pair.Text, source));
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Overrides =
            [
                .. known, new("backbone.weights", source, "import"), new("backbone.frozen", "true", "import"), new(RunChecks.EpochsKey, "1", "import"), .. data,
            ],
        });
        configuration = configuration with
        {
            Value = configuration.Value with { Model = new ModelConfiguration { Name = RunFolder.ModelFileName } },
        };
        var dataset = open(configuration.Value.Data);
        RequireFit(model, dataset);
        RequireOwn(model, dataset);
        var divided = TrainingData.Prepare(dataset, configuration.Value.Data) with { Statistics = model.Statistics };
        return TrainingSession.Begin(
            configuration, model.Description, divided, run,
            start: new InitialState(model.Weights, Position(model, divided, configuration.Value.Training.Threads, cancellationToken)));
    }

    private static TrainingPosition Position(TrainedModel model, TrainingData data, int? threads, CancellationToken cancellationToken)
    {
        using var evaluated = new EvaluatedModel(model, threads, data.Dataset.Train.ResidentBytes);
        var result = evaluated.Evaluate(data.Dataset.Train, data.Split.Train, TestTimeAugmentation.None, cancellationToken);
        return new TrainingPosition { Step = 1, StepInEpoch = 1, LossSum = result.Loss * result.Count, Correct = result.Correct, Samples = result.Count };
    }

    private static void RequireFit(TrainedModel model, ImageDataset data)
    {
        if (model.Shape != data.Shape || !model.Classes.SequenceEqual(data.ClassNames, StringComparer.Ordinal))
        {
            throw new WeftException(ErrorKind.CheckpointMismatch, $"the network {model.Description.Name} was made for other data")
            {
                Where = data.Folder ?? data.Name, Expected = $"images of {model.Shape}, classes {Shown(model.Classes)}",
                Found = $"images of {data.Shape}, classes {Shown(data.ClassNames)}", Safe = "nothing was written",
            };
        }
    }

    // A file that says what it was trained on is measured on that: its split keeps what it has learned by heart apart.
    private static void RequireOwn(TrainedModel model, ImageDataset data)
    {
        if (model.Metadata.DataFingerprint.Length > 0 && model.Metadata.DataFingerprint != data.Fingerprint)
        {
            throw new WeftException(ErrorKind.DatasetMismatch, "the data are not those that the network was trained on")
            {
                Where = data.Folder ?? data.Name, Expected = $"sha256 {model.Metadata.DataFingerprint}",
                Found = $"sha256 {data.Fingerprint} ({data.Train.Count} samples, {data.ClassCount} classes)", Safe = "nothing was written",
                Next = new Advice("give its own data first by --data; the run that it becomes is then measured on any other set"),
            };
        }
    }

    private static string Shown(IReadOnlyList<string> classes) =>
        string.Join(", ", classes.Take(Mistakes.Shown)) + (classes.Count > Mistakes.Shown ? $", … ({classes.Count})" : "");
}
