using System.Globalization;
using System.Text.Json.Nodes;

namespace Weft.Training.Tests;

public sealed class EvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 10, 0, 0.277533)]
    [InlineData(10, 10, 0.722467, 1)]
    [InlineData(81, 263, 0.255289, 0.366210)]
    [InlineData(9234, 10000, 0.918023, 0.928452)]
    public void The_interval_is_Wilsons(int hits, int count, double low, double high)
    {
        // 81 of 263 is Newcombe's example (1998): 0.2553 to 0.3662; the others from the formula by hand.
        var interval = ShareInterval.Wilson(hits, count);
        Assert.Equal(low, interval.Low, 6);
        Assert.Equal(high, interval.High, 6);
    }

    [Fact]
    public void Without_samples_nothing_is_known() => Assert.Equal(new ShareInterval(0, 1), ShareInterval.Wilson(0, 0));

    [Fact]
    public void Metrics_are_counted_by_hand()
    {
        // labels 0 0 0 1 1 2, predictions 0 0 1 1 2 0
        int[] labels = [0, 0, 0, 1, 1, 2];
        int[] predictions = [0, 0, 1, 1, 2, 0];
        var probabilities = predictions.SelectMany(p => Enumerable.Range(0, 3).Select(k => k == p ? 0.6f : 0.2f)).ToArray();
        var losses = labels.Select((label, i) => -MathF.Log(probabilities[i * 3 + label])).ToArray();
        var result = new EvaluationResult(new PredictionTable([10, 11, 12, 13, 14, 15], labels, probabilities, losses, 3), ["a", "b", "c"]);

        Assert.Equal((6, 3, 0.5), (result.Count, result.Correct, result.Accuracy));
        Assert.Equal((2, 1, 0), (result.Confusion(0, 0), result.Confusion(0, 1), result.Confusion(2, 2)));
        Assert.Equal(new ClassMetrics(0, "a", 3, 3, 2, 2.0 / 3, 2.0 / 3, 2.0 / 3), result.PerClass[0]);
        Assert.Equal(new ClassMetrics(1, "b", 2, 2, 1, 0.5, 0.5, 0.5), result.PerClass[1]);
        Assert.Equal(new ClassMetrics(2, "c", 1, 1, 0, 0, 0, 0), result.PerClass[2]);
        Assert.Equal((2.0 / 3 + 0.5) / 3, result.MacroF1, 12);
        Assert.Equal((3 * -Math.Log(0.6) + 3 * -Math.Log(0.2)) / 6, result.Loss, 6);
    }

    [Fact]
    public void A_class_without_samples_has_no_recall_and_one_that_was_never_predicted_no_precision()
    {
        // As scikit-learn counts them: labels 0 0 0 1 1, predictions 0 0 1 0 2; class 2 occurs among the predictions only, class 3 nowhere.
        // precision_recall_fscore_support(labels=[0, 1, 2, 3], zero_division=nan): precision 2/3, 0, 0, nan; recall 2/3, 0, nan, nan; F1 2/3, 0, 0, nan.
        // f1_score(average="macro", zero_division=nan), over the classes that occur: (2/3 + 0 + 0) / 3.
        var result = Result([0, 0, 0, 1, 1], [0, 0, 1, 0, 2], 4);
        Assert.Equal([2.0 / 3, 0, 0, double.NaN], result.PerClass.Select(c => c.Precision));
        Assert.Equal([2.0 / 3, 0, double.NaN, double.NaN], result.PerClass.Select(c => c.Recall));
        Assert.Equal([2.0 / 3, 0, 0, double.NaN], result.PerClass.Select(c => c.F1));
        Assert.Equal(2.0 / 9, result.MacroF1, 12);

        var never = Result([0, 1], [0, 0], 2); // class 1 is never predicted: no precision, F1 2·0 / (1 + 0) = 0
        Assert.Equal((double.NaN, 0.0, 0.0), (never.PerClass[1].Precision, never.PerClass[1].Recall, never.PerClass[1].F1));
        Assert.Equal(1.0 / 3, never.MacroF1, 12); // (2/3 + 0) / 2
    }

    [Fact]
    public void Classes_without_samples_are_named_beside_the_accuracy()
    {
        Assert.Equal(
            "2 of 4 classes have no test image: c2, c3 (not measured by the accuracy)", Result([0, 0, 1], [0, 0, 1], 4).AbsenceNote(EvaluationSplit.Test));
        Assert.Equal(
            "1 of 2 classes has no validation image: c1 (not measured by the accuracy)", Result([0, 0], [0, 0], 2).AbsenceNote(EvaluationSplit.Validation));
        Assert.Null(Result([0, 1], [0, 0], 2).AbsenceNote(EvaluationSplit.Validation));
    }

    [Fact]
    public void What_is_no_number_is_null_in_JSON_and_nothing_in_a_table()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"));
        var reference = new RunStore(_folder.In("runs")).FindCheckpoint("run");
        string folder;
        using (var owned = RunLock.Take(reference.Run))
            folder = EvaluationFiles.Write(owned, reference, EvaluationSplit.Validation, Result([0, 0], [0, 0], 3));
        Assert.Equal(
            ["class,name,count,predicted,correct,precision,recall,f1", "0,c0,2,2,2,1,1,1", "1,c1,0,0,0,,,", "2,c2,0,0,0,,,"],
            File.ReadAllLines(Path.Combine(folder, "per_class.csv")));
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json")))!;
        Assert.Equal((1.0, "c1", "c2"), ((double)metrics["macro_f1"]!, (string?)metrics["absent_classes"]![0], (string?)metrics["absent_classes"]![1]));
        Assert.Null(new EvaluationDocument(reference, EvaluationSplit.Validation, Result([], [], 2)).MacroF1);
    }

    private static EvaluationResult Result(int[] labels, int[] predictions, int classes)
    {
        var probabilities = predictions.SelectMany(p => Enumerable.Range(0, classes).Select(k => k == p ? 0.9f : 0.1f / (classes - 1))).ToArray();
        var table = new PredictionTable([.. Enumerable.Range(0, labels.Length)], labels, probabilities, new float[labels.Length], classes);
        return new EvaluationResult(table, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")]);
    }

    [Fact]
    public void A_row_with_a_NaN_is_predicted_as_nothing_and_correct_for_nobody()
    {
        var result = new EvaluationResult(new PredictionTable([0], [0], [float.NaN, 0.5f], [float.NaN], 2), ["a", "b"]);
        Assert.Equal((-1, 0), (result.Predictions.Predictions[0], result.Correct));
        Assert.True(double.IsNaN(result.Loss));
    }

    [Fact]
    public void The_files_hold_the_contracts_columns_and_keys()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=3", "model.dropout=0"));
        var reference = new RunStore(_folder.In("runs")).FindCheckpoint("run@best");
        using var evaluation = new RunEvaluation(reference, _ => TinyTraining.Dataset(), threads: 1);
        var result = evaluation.Validation();
        string folder;
        using (var owned = RunLock.Take(reference.Run))
            folder = EvaluationFiles.Write(owned, reference, EvaluationSplit.Validation, result);

        var predictions = File.ReadAllLines(Path.Combine(folder, "predictions.csv"));
        Assert.Equal("index,label,prediction,loss,p0,p1,p2,p3", predictions[0]);
        Assert.Equal(result.Count + 1, predictions.Length);
        foreach (var line in predictions[1..])
        {
            var fields = line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(1, fields[4..].Sum(), 5);
            Assert.Equal(fields[3], -Math.Log(fields[4 + (int)fields[1]]), 4);
            Assert.Equal(fields[4..].Max(), fields[4 + (int)fields[2]]);
        }

        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json")))!;
        Assert.Equal(result.Accuracy, (double)metrics["accuracy"]!);
        Assert.Equal("validation", (string?)metrics["split"]);
        Assert.All(new[] { "run", "checkpoint", "count", "correct", "accuracy_low", "accuracy_high", "loss" }, key => Assert.NotNull(metrics[key]));
        Assert.Equal(5, File.ReadAllLines(Path.Combine(folder, "per_class.csv")).Length);
        Assert.Equal(5, File.ReadAllLines(Path.Combine(folder, "confusion_matrix.csv")).Length);
    }

    [Fact]
    public void The_test_images_are_opened_only_when_asked_for_and_each_time_is_noted()
    {
        var dataset = TinyTraining.Dataset();
        using (var plan = TrainingSession.Begin(TinyTraining.Configuration(), dataset, new NewRun { Store = new RunStore(_folder.In("runs")), Name = "run" }))
            Trainer.Run(plan);
        var ledger = new TestLedger(_folder.In("runs"));
        using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("run@last"), _ => dataset, threads: 1);
        evaluation.Validation();
        Assert.False(dataset.TestIsLoaded);
        Assert.Empty(ledger.Read().Openings);

        var result = evaluation.Test(ledger);
        evaluation.Test(ledger, new TestTimeAugmentation(Mirrored: true));

        Assert.True(dataset.TestIsLoaded);
        Assert.Equal(64, result.Count);
        Assert.Equal([("run", "last"), ("run", "last")], ledger.Read().Openings.Select(opening => (opening.Run, opening.Checkpoint)));
    }

    [Fact]
    public void Mirroring_averages_both_views()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=2"));
        using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("run"), _ => TinyTraining.Dataset(), threads: 1);
        var plain = evaluation.Validation();
        var mirrored = evaluation.Validation(new TestTimeAugmentation(Mirrored: true));

        Assert.NotEqual(plain.Loss, mirrored.Loss);
        Assert.Equal(1, mirrored.Predictions.Probabilities(0).ToArray().Sum(), 5);
        Assert.Equal(mirrored.Predictions.Losses[3], -MathF.Log(mirrored.Predictions.Probabilities(3)[mirrored.Predictions.Labels[3]]), 4);
    }

    [Fact]
    public void Eighteen_views_average_what_images_moved_by_hand_give()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=2"));
        var views = new TestTimeAugmentation(Mirrored: true, Shift: 1);
        Assert.Equal(18, views.ViewCount);
        var averaged = Evaluate(TinyTraining.Dataset(), views);
        var expected = new double[averaged.Count * TinyTraining.Classes];
        foreach (var (right, down, flipped) in from right in new[] { -1, 0, 1 }
                                               from down in new[] { -1, 0, 1 }
                                               from flipped in new[] { false, true }
                                               select (
            right, down, flipped))
        {
            var moved = Evaluate(Moved(TinyTraining.Dataset(), right, down, flipped), TestTimeAugmentation.None);
            for (var row = 0; row < moved.Count; row++)
            {
                for (var c = 0; c < TinyTraining.Classes; c++)
                    expected[row * TinyTraining.Classes + c] += moved.Predictions.Probabilities(row)[c] / 18.0;
            }
        }

        for (var row = 0; row < averaged.Count; row++)
        {
            for (var c = 0; c < TinyTraining.Classes; c++)
                Assert.Equal(expected[row * TinyTraining.Classes + c], averaged.Predictions.Probabilities(row)[c], 1e-5);
            Assert.Equal(-Math.Log(expected[row * TinyTraining.Classes + averaged.Predictions.Labels[row]]), averaged.Predictions.Losses[row], 1e-4);
        }

        EvaluationResult Evaluate(ImageDataset dataset, TestTimeAugmentation augmentation)
        {
            using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("run"), _ => dataset, threads: 1);
            return evaluation.Validation(augmentation);
        }
    }

    [Fact]
    public void The_checkpoint_says_in_which_views_its_run_is_evaluated_and_an_old_one_asks_the_configuration()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1", "evaluation.tta=true", "evaluation.tta_shift=2"));
        var reference = new RunStore(_folder.In("runs")).FindCheckpoint("run");
        var views = new TestTimeAugmentation(Mirrored: true, Shift: 2);
        var checkpoint = reference.Read();
        Assert.Equal(views, RunViews.Of(checkpoint.Model, reference.Run));
        using (var predictor = new Predictor(reference.ReadModel(), threads: 1))
            Assert.Equal(views, predictor.Augmentation);
        using (var predictor = new Predictor(reference.ReadModel(), threads: 1, TestTimeAugmentation.None))
            Assert.Equal(TestTimeAugmentation.None, predictor.Augmentation);

        Assert.Equal(views, RunViews.Of(With(checkpoint.Model, null), reference.Run));
        Assert.Equal(ErrorKind.CheckpointMismatch, Assert.Throws<WeftException>(() => RunViews.Of(With(checkpoint.Model, "99"), reference.Run)).Kind);
        File.WriteAllText(reference.Run.ConfigurationFile, File.ReadAllText(reference.Run.ConfigurationFile).Replace("tta_shift: 2", "tta_shift: 1"));
        Assert.Equal(views, RunViews.Of(checkpoint.Model, reference.Run));
        Assert.Equal(views with { Shift = 1 }, RunViews.Of(With(checkpoint.Model, null), reference.Run));

        static TrainedModel With(TrainedModel model, string? shift)
        {
            var keys = model.Metadata.Configuration.Where(pair => pair.Key != "evaluation.tta_shift").ToDictionary();
            if (shift is not null)
                keys["evaluation.tta_shift"] = shift;
            return new TrainedModel(model.Metadata with { Configuration = keys }, model.Weights);
        }
    }

    private static ImageDataset Moved(ImageDataset dataset, int right, int down, bool flipped)
    {
        var (samples, shape) = (dataset.Train, dataset.Train.Shape);
        var images = new byte[samples.Count * shape.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (x, y) = (i % shape.Width - right, i / shape.Width % shape.Height - down);
            if (x >= 0 && x < shape.Width && y >= 0 && y < shape.Height)
                images[i] = samples.Image(i / shape.Length)[y * shape.Width + (flipped ? shape.Width - 1 - x : x)];
        }

        var labels = Enumerable.Range(0, samples.Count).Select(samples.Label).ToArray();
        return new ImageDataset(
            "tiny", new ImageSamples(shape, images, labels, "tiny"), () => throw new InvalidOperationException("closed"), dataset.ClassNames);
    }

    [Fact]
    public void Other_data_than_the_runs_are_refused()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"));
        var reference = new RunStore(_folder.In("runs")).FindCheckpoint("run");

        Assert.Equal(ErrorKind.DatasetMismatch,
            Assert.Throws<WeftException>(() => new RunEvaluation(reference, _ => TinyTraining.Dataset(fingerprint: "other"))).Kind);
    }
}
