using System.Globalization;

namespace Weft.Training.Tests;

public sealed class HeadTrainingTests : IDisposable
{
    private const int Classes = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fitted_head_is_a_run_like_any_other()
    {
        var result = Train();
        Assert.Equal((1, 1L, StopReasons.Completed), (result.Epochs, result.Steps, result.StopReason));
        var row = Assert.Single(result.History);
        Assert.InRange(row.TrainAccuracy, 0.9, 1);
        Assert.InRange(row.ValidationAccuracy, 0.8, 1);
        var store = new RunStore(_folder.In("runs"));
        var checkpoint = store.FindCheckpoint("head");
        Assert.Equal("16", checkpoint.ReadModel().Metadata.Configuration["picture.side"]);
        using var evaluation = new RunEvaluation(checkpoint, Open);
        Assert.Equal(row.ValidationAccuracy, evaluation.Validation(TestTimeAugmentation.None).Accuracy, 12);
        Assert.True(File.Exists(result.Run!.FeaturesFile));
    }

    [Fact]
    public void A_run_on_pictures_remembers_which_side_each_stood_on()
    {
        var run = Train().Run!;
        var lines = File.ReadAllLines(Path.Combine(run.Path, "split.csv"));
        Assert.Equal("index,path,label,split,group", lines[0]);
        var (rows, data) = (lines.Skip(1).Select(line => line.Split(',')).ToArray(), Data());
        using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("head"), Open);
        var evaluated = evaluation.Validation(TestTimeAugmentation.None).Predictions.Indices.ToArray();
        Assert.Equal(evaluated.Select(index => $"{index}"), rows.Where(row => row[3] == "validation").Select(row => row[0]));
        Assert.Equal(data.Paths, rows.Select(row => row[1]));
        Assert.All(rows, row => Assert.Equal(row[2], data.ClassNames[data.Train.Label(int.Parse(row[0], CultureInfo.InvariantCulture))]));
    }

    [Fact]
    public void A_picture_is_predicted_as_the_evaluation_of_its_run_predicts_it()
    {
        Train();
        var checkpoint = new RunStore(_folder.In("runs")).FindCheckpoint("head");
        using var evaluation = new RunEvaluation(checkpoint, Open);
        var model = checkpoint.ReadModel();
        using var predictor = new Predictor(model, threads: 2);
        var (table, data) = (evaluation.Validation(predictor.Augmentation).Predictions, Data());
        for (var row = 0; row < table.Count; row++)
        {
            var file = Path.Combine(Photos, data.Paths![table.Indices[row]]);
            var picture = Assert.Single(PictureFile.Read(file, model.PictureInput));
            Assert.Equal(table.Probabilities(row).ToArray(), predictor.Predict([picture.Pixels]).Single().Probabilities);
        }
    }

    [Fact]
    public void The_head_does_not_depend_on_the_number_of_threads()
    {
        var one = Train(threads: 1, name: "one").Model.Weights;
        var three = Train(threads: 3, name: "three").Model.Weights;
        Assert.All(one.Zip(three), pair => Assert.Equal(pair.First.Values.ToArray(), pair.Second.Values.ToArray()));
    }

    [Fact]
    public void Fine_tuning_goes_on_from_the_head()
    {
        var frozen = Train();
        var tuned = Train("tuned", 1, "backbone.frozen=false", "training.epochs=2", "optimizer.learning_rate=0.001");
        Assert.Equal(2, tuned.Epochs);
        Assert.True(tuned.Steps > 2);
        Assert.InRange(tuned.History[0].TrainLoss, 0, frozen.History[0].TrainLoss + 0.5); // drawn weights begin at log 3
        Assert.False(File.Exists(tuned.Run!.FeaturesFile));
    }

    [Theory]
    [InlineData("0.0001", false)]
    [InlineData("1", true)]
    public void Fine_tuning_is_compared_with_the_head_on_the_same_pictures(string rate, bool isRuined)
    {
        using var session = Begin("compared", 1, "backbone.frozen=false", "training.epochs=1", $"optimizer.learning_rate={rate}");
        var result = Trainer.Run(session, cancellationToken: TestContext.Current.CancellationToken);
        var worth = FineTuning.Of(session, result)!;
        var head = Train(name: "alone").History[0];
        Assert.Equal(session.Data.Split.Validation.Count, worth.Count);
        Assert.Equal(head.ValidationAccuracy, (double)worth.HeadCorrect / worth.Count, 12);
        Assert.Equal(result.Best!.ValidationAccuracy, (double)worth.Correct / worth.Count, 12);
        Assert.Equal(worth.Correct - worth.HeadCorrect, worth.Test.OnlySecond - worth.Test.OnlyFirst);
        Assert.Equal(isRuined, worth.Correct < worth.HeadCorrect);
        Assert.Equal(isRuined, worth.Sentence.EndsWith("the one to keep", StringComparison.Ordinal) && worth.Test.OnlyFirst > worth.Test.OnlySecond);
        session.Dispose();
        using var resumed = TrainingSession.Resume(result.Run!, Open);
        Assert.Null(FineTuning.Of(resumed, result));
    }

    [Fact]
    public void A_strange_picture_is_unlike_the_training_pictures_and_its_own_are_not()
    {
        var run = Train().Run!;
        var known = TrainingFeatures.Read(run)!;
        var model = new RunStore(_folder.In("runs")).FindCheckpoint("head").ReadModel();
        using var predictor = new Predictor(model, threads: 1);
        var data = Data();
        var strange = new byte[model.Shape.Length];
        for (var i = 0; i < strange.Length; i++)
            strange[i] = (byte)(i / 3 / 16 % 16 < 8 ? 255 : 0);
        float[][] features = [.. predictor.Predict([data.Train.Image(0).ToArray(), strange]).Select(prediction => prediction.Features)];
        var looked = known.Look(predictor.Device, new FeatureTable(new int[2], new int[2], [.. features.SelectMany(vector => vector)], known.Dimension));
        Assert.False(looked[0].IsUnlike);
        Assert.True(looked[1].IsUnlike, string.Create(CultureInfo.InvariantCulture, $"{looked[1].Distance} against {known.Threshold}"));
        Assert.Equal(3, looked[0].Nearest.Count);
        Assert.Equal(data.ClassNames[data.Train.Label(0)], looked[0].Nearest[0].Class);
    }

    [Fact]
    public void Weights_that_nobody_read_are_no_start()
    {
        var error = Assert.Throws<WeftException>(() => TrainingSession.Begin(Configuration(1), Data(), Run("x")));
        Assert.Equal("backbone.weights", error.Where);
        Assert.False(Directory.Exists(_folder.In("runs", "x")));
    }

    private string Photos
    {
        get
        {
            var folder = _folder.In("photos");
            if (Directory.Exists(folder))
                return folder;
            for (var i = 0; i < 90; i++)
            {
                var file = Path.Combine(folder, $"class {i % Classes}", $"{i}.png");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                var rng = Rng.For(i, RngPurpose.Analysis);
                using var stream = File.Create(file);
                PngWriter.Write(stream, new FeatureShape(20, 24, 3), [.. Enumerable.Range(0, 20 * 24 * 3).Select(p => (byte)(rng.Int(p, 100)
                    + ((i % Classes) switch { 0 => p / 72 % 4 < 2, 1 => p / 3 % 4 < 2, _ => (p / 72 + p / 3) % 4 < 2 } ? 100 : 0)))]);
            }

            return folder;
        }
    }

    private TrainingResult Train(string name = "head", int threads = 2, params string[] sets)
    {
        using var session = Begin(name, threads, sets);
        return Trainer.Run(session, cancellationToken: TestContext.Current.CancellationToken);
    }

    private TrainingSession Begin(string name, int threads, params string[] sets) => HeadTraining.Begin(
        Configuration(threads, sets), Data(), Weights(), Run(name), _ => { }, cancellationToken: TestContext.Current.CancellationToken);

    private TrainingResult Train(int threads, string name) => Train(name, threads);

    private ImageDataset Data() => Open(Configuration(1).Value.Data);

    private ImageDataset Open(DataConfiguration configuration) =>
        ImageDataset.Open(Photos, configuration.ToOptions() with { CacheFolder = _folder.In("cache") }, TestContext.Current.CancellationToken);

    private NewRun Run(string name) => new() { Store = new RunStore(_folder.In("runs")), Name = name };

    private static ResolvedConfiguration Configuration(int threads, params string[] sets) => ConfigurationResolver.Resolve(new ConfigurationSources
    {
        Recipe = "none",
        Overrides =
        [
            .. new[]
            {
                "model.name=small", "backbone.weights=drawn", "training.epochs=1", "training.batch_size=16", $"training.threads={threads}", "picture.side=16",
            }.Concat(sets).Select(ConfigurationResolver.ParseSet),
        ],
    });

    // Drawn weights are a backbone like any other once their norms have seen pictures: what they make of a picture is worth something too.
    private PretrainedWeights Weights()
    {
        var description = ModelCatalog.Describe("small", new ModelOptions { Classes = Classes, Input = new FeatureShape(16, 16, 3) });
        using var device = Device.Cpu(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 64, Seed = 3 });
        var data = Data().Train;
        var loader = new EvaluationLoader(data, [.. Enumerable.Range(0, 64)], new DatasetStatistics([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]), 64);
        for (var step = 0; step < 60; step++)
            network.ForwardTraining(loader.Load(0).Images, 64, step);
        var classifier = BackboneTensors.Of(description).Classifier;
        return PretrainedWeights.Create(
            new PretrainedMetadata
            {
                Network = "small", Source = "a test", Licence = "none", SourceSha256 = new string('0', 64), Mean = [0.5, 0.5, 0.5],
                StandardDeviation = [0.25, 0.25, 0.25], Side = 16, Taken = new Dictionary<string, string>(), LeftOver = [],
            },
            [
                .. network.State.Where(tensor => !tensor.Name.StartsWith(classifier + ".", StringComparison.Ordinal))
                    .Select(tensor => new NamedTensor(tensor.Name, tensor.Shape, tensor.ToArray())),
            ], "here");
    }
}
