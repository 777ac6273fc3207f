using System.Text.Json.Nodes;

namespace Weft.Training.Tests;

public sealed class TrainingDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_is_said_of_a_division_that_loses_no_class()
    {
        var data = TrainingData.Prepare(TinyTraining.Dataset(), new DataConfiguration());
        Assert.Empty(data.Notes);
        Assert.Null(data.ValidationGap);
    }

    [Fact]
    public void Classes_without_a_validation_image_are_named_with_the_reason()
    {
        Assert.Equal("1 of 3 classes has no validation image: class 2 (not measured by the validation accuracy; a class with one image keeps it for training)",
            Assert.Single(TrainingData.Prepare(Data(50, 49, 1), new DataConfiguration { ValidationCount = 20 }).Notes));
        var few = TrainingData.Prepare(Data(20, 20, 20), new DataConfiguration { ValidationCount = 2 });
        Assert.Equal(
            "1 of 3 classes has no validation image: class 2 (not measured by the validation accuracy; data.validation_count: 2, and there are 3 classes)",
            few.ValidationGap);
        Assert.Contains("and 15 more", TrainingData.Prepare(Data([.. Enumerable.Repeat(3, 40)]), new DataConfiguration { ValidationCount = 5 }).ValidationGap);
    }

    [Fact]
    public void Classes_without_a_training_image_are_named()
    {
        var notes = TrainingData.Prepare(Data(3, 3), new DataConfiguration { ValidationCount = 5 }).Notes;
        Assert.Equal("1 of 2 classes has no training image: class 0 (cannot be learned)", Assert.Single(notes));
    }

    [Fact]
    public void A_limit_below_the_number_of_classes_is_refused_with_a_command_that_helps()
    {
        var options = new DataConfiguration { Folder = "/some where/data", LimitValidation = 2 };
        var error = Assert.Throws<WeftException>(() => TrainingData.Prepare(TinyTraining.Dataset(), options));
        Assert.Equal(
            (ErrorKind.InvalidInput, "data.limit_validation", "at least 4, one of each class", "2", "nothing was touched"),
            (error.Kind, error.Where, error.Expected, error.Found, error.Safe));
        var train = Assert.IsType<TrainRun>(error.Next);
        Assert.Equal(("/some where/data", "data.limit_validation", "4"), (train.Data, train.Changes[0].Key, train.Changes[0].Text));
        error = Assert.Throws<WeftException>(() => TrainingData.Prepare(TinyTraining.Dataset(), new DataConfiguration { LimitTrain = 3 }));
        train = Assert.IsType<TrainRun>(error.Next);
        Assert.Equal(("data.limit_train", null, "data.limit_train", "4"), (error.Where, train.Data, train.Changes[0].Key, train.Changes[0].Text));
        Assert.Equal(4, TrainingData.Prepare(TinyTraining.Dataset(), new DataConfiguration { LimitTrain = 4, LimitValidation = 4 }).Split.Train.Count);
    }

    [Fact]
    public void A_limit_on_sorted_data_takes_some_of_each_class_and_says_so()
    {
        var data = TrainingData.Prepare(Data(60, 60, 60), new DataConfiguration { LimitTrain = 30, LimitValidation = 6 });
        Assert.Equal([10, 10, 10], ClassCounts.Of(data.Dataset.Train, data.Split.Train, 3).PerClass);
        Assert.Equal([2, 2, 2], ClassCounts.Of(data.Dataset.Train, data.Split.Validation, 3).PerClass);
        Assert.Equal(
            "the first 30 training images would lose 2 of 3 classes (class 1, class 2): so many were taken of each class as its share is, one at least",
            data.Notes[0]);
        Assert.Equal(2, data.Notes.Count);
    }

    [Fact]
    public void The_validation_fingerprint_tells_sets_of_images_apart()
    {
        var dataset = TinyTraining.Dataset();
        var first = TrainingData.Prepare(dataset, new DataConfiguration()).ValidationFingerprint;
        Assert.Equal(64, first.Length);
        Assert.Equal(first, TrainingData.Prepare(dataset, new DataConfiguration { LimitTrain = 50 }).ValidationFingerprint);
        Assert.NotEqual(first, TrainingData.Prepare(dataset, new DataConfiguration { SplitSeed = 1 }).ValidationFingerprint);
        Assert.NotEqual(first, TrainingData.Prepare(dataset, new DataConfiguration { LimitValidation = 8 }).ValidationFingerprint);
        // SHA-256 of "1\n3\n".
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("1\n3\n"u8)),
            (TrainingData.Prepare(dataset, new DataConfiguration()) with { Split = new DatasetSplit([0, 2], [1, 3]) }).ValidationFingerprint);
    }

    [Fact]
    public void A_run_reports_the_notes_of_its_data_and_stores_which_images_it_is_validated_with()
    {
        var store = new RunStore(_folder.In("runs"));
        TrainingData data;
        using (var plan = TrainingSession.Begin(
            TinyTraining.Configuration("training.epochs=1", "data.validation_count=3"), TinyTraining.Dataset(), new NewRun { Store = store, Name = "run" }))
        {
            data = plan.Data;
            Trainer.Run(plan);
        }

        var warned = Assert.Single(store.Find("run").Events().OfType<Warned>());
        Assert.Equal(("classes", data.ValidationGap), (warned.Code, warned.What));
        Assert.Equal(
            (data.ValidationFingerprint, SplitRule.EveryClass),
            (store.Find("run").Information.Data.ValidationFingerprint, store.Find("run").Information.Data.SplitRule));
        Assert.DoesNotContain("split_rule", File.ReadAllText(TinyTraining.Run(_folder).InformationFile));
    }

    [Fact]
    public void A_run_of_an_earlier_version_is_resumed_evaluated_and_analysed_with_the_images_it_was_validated_with()
    {
        var dataset = Data(180, 10, 2);
        var configuration = TinyTraining.Configuration("training.epochs=2", "data.limit_train=100");
        var before = TrainingData.Prepare(dataset, configuration.Value.Data, SplitRule.Proportional);
        Assert.NotEqual(before.Split.Validation, TrainingData.Prepare(dataset, configuration.Value.Data).Split.Validation);
        var store = new RunStore(_folder.In("runs"));
        using (var plan = TrainingSession.Begin(configuration, null, before, new NewRun { Store = store, Name = "run" }))
        using (var stop = new StopAtStep(plan.StepsPerEpoch + 1))
            Trainer.Run(plan, stop, stop.Token);
        var file = TinyTraining.Run(_folder).InformationFile;
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.True(json["data"]!.AsObject().Remove("validation_fingerprint"));
        File.WriteAllText(file, json.ToJsonString());

        using (var plan = TrainingSession.Resume(TinyTraining.Run(_folder), _ => dataset))
        {
            Assert.Equal(before.Split.Train, plan.Data.Split.Train);
            Assert.Equal(before.Split.Validation, plan.Data.Split.Validation);
            Trainer.Run(plan);
        }

        using var evaluation = new RunEvaluation(store.FindCheckpoint("run@last"), _ => dataset, threads: 1);
        var result = evaluation.Validation();
        Assert.Equal(before.Split.Validation, result.Predictions.Indices.ToArray());
        Assert.Equal(store.Find("run").Metrics()[^1].ValidationAccuracy, result.Accuracy, 6);
        using var analysis = new RunAnalysis(store.FindCheckpoint("run@last"), _ => dataset, new AnalysisOptions { Cases = 0, Threads = 1 });
        Assert.Equal(before.Split.Validation, analysis.Run(new TestLedger(_folder.In("runs"))).Evaluation.Predictions.Indices.ToArray());
    }

    [Fact]
    public void Weights_for_another_number_of_classes_are_refused_with_both_numbers()
    {
        var store = new RunStore(_folder.In("runs"));
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "four");
        var error = Assert.Throws<WeftException>(() =>
            TrainingSession.Begin(
                TinyTraining.Configuration(), Data(96, 96), new NewRun { Store = store, Name = "two", From = store.FindCheckpoint("four@best") }));
        Assert.Equal((ErrorKind.CheckpointMismatch, "the run four has 4 classes, the data 2"), (error.Kind, error.What));
        Assert.Empty(Assert.IsType<TrainRun>(error.Next).Changes);
        Assert.False(Directory.Exists(_folder.In("runs", "two")));
    }

    // Sorted by class.
    private static ImageDataset Data(params int[] sizes)
    {
        int[] labels = [.. sizes.SelectMany((size, c) => Enumerable.Repeat(c, size))];
        var shape = new FeatureShape(8, 8, 1);
        var images = new byte[labels.Length * shape.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = (byte)((labels[i / shape.Length] + 1) * (i % shape.Length) * 3 + i / shape.Length);
        return new ImageDataset("sorted", new ImageSamples(shape, images, labels, "sorted"), () => throw new InvalidOperationException("closed"),
            [.. Enumerable.Range(0, sizes.Length).Select(c => $"class {c}")]);
    }
}
