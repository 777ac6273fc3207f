namespace Weft.Training.Tests;

/// <summary>What is planted is found, and nothing else is claimed: the short form of <c>eng/planted.cs</c>.</summary>
public sealed class PlantedFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Flipped_training_labels_are_among_the_first_suspects()
    {
        var planted = new PlantedImages { Train = 1500, Flipped = 0.02, Strength = 90 };
        var result = Analyze(planted, new AnalysisOptions { Folds = 3, Cases = 2, Threads = 2 });
        var first = result.TrainingSuspects!.Ranked.Take((int)(0.03 * result.TrainingSuspects.Ranked.Count)).Select(suspect => suspect.Index).ToHashSet();
        // One in ten went to the validation images, which the folds do not judge.
        var flipped = planted.FlippedIndices.Where(index => result.TrainingSuspects.Ranked.Any(suspect => suspect.Index == index)).ToList();
        Assert.True(flipped.Count >= 15, $"{flipped.Count} planted");
        Assert.True(flipped.Count(first.Contains) >= 0.8 * flipped.Count,
            $"{flipped.Count(first.Contains)} of {flipped.Count} are among the first {first.Count}; accuracy {result.Evaluation.Accuracy}");
    }

    [Fact]
    public void A_blurred_class_is_called_a_matter_of_image_quality()
    {
        var reasons = Analyze(new PlantedImages { Blurred = 2 }).Reasons;
        var quality = reasons.Single(reason => reason.Key == "image_quality");
        Assert.True(quality.Verdict == ReasonVerdict.Named, quality.Sentence);
        Assert.Contains("blur, effect +", quality.Sentence);
        Assert.Equal(2, Assert.Single(quality.Classes));
        Assert.Equal(ReasonVerdict.NoEvidence, reasons.Single(reason => reason.Key == "too_little_learned").Verdict);
    }

    [Fact]
    public void A_class_with_few_images_is_called_a_matter_of_balance()
    {
        var reasons = Analyze(new PlantedImages { Rare = 1 }).Reasons;
        var learned = reasons.Single(reason => reason.Key == "too_little_learned");
        Assert.True(learned.Verdict == ReasonVerdict.Named, learned.Sentence);
        Assert.Equal(1, Assert.Single(learned.Classes));
        Assert.NotEqual(ReasonVerdict.Named, reasons.Single(reason => reason.Key == "image_quality").Verdict);
    }

    [Fact]
    public void Nothing_planted_nothing_claimed()
    {
        var result = Analyze(new PlantedImages { Ambiguous = 0.4 });
        Assert.True(result.Evaluation.Count - result.Evaluation.Correct >= 20,
            $"{result.Evaluation.Correct} of {result.Evaluation.Count} correct: too few mistakes for a claim to be possible");
        Assert.All(result.Reasons.Where(reason => reason.Key is "image_quality" or "too_little_learned"), reason =>
            Assert.True(reason.Verdict == ReasonVerdict.NoEvidence, reason.Sentence));
    }

    [Fact]
    public void Measures_that_have_nothing_to_do_with_the_mistakes_are_never_named()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var rng = Rng.For(seed, RngPurpose.Analysis);
            var labels = Enumerable.Range(0, 600).Select(i => i % 3).ToArray();
            float[] Row(int row) => [.. Enumerable.Range(0, 3).Select(k => k == (labels[row] + (rng.Int(row, 8) == 0 ? 1 : 0)) % 3 ? 0.8f : 0.1f)];
            var predictions = new PredictionTable(labels, labels, [.. Enumerable.Range(0, 600).SelectMany(Row)], new float[600], 3);
            SampleMeasures[] measures = [.. Enumerable.Range(0, 600).Select(row => rng.Derive(row))
                .Select(own => new SampleMeasures(own.Normal(0), own.Normal(1), own.Normal(2), own.Normal(3), own.Normal(4), own.Int(10, 3)))];
            Assert.All(MistakeReasons.Of(predictions, measures, ["a", "b", "c"], [200, 200, 200], null), reason =>
                Assert.Equal(ReasonVerdict.NoEvidence, reason.Verdict));
        }
    }

    private AnalysisResult Analyze(PlantedImages planted, AnalysisOptions? options = null)
    {
        var configuration = TinyTraining.Configuration(
            "training.epochs=8", "model.width=0.25", "model.dropout=0", "training.threads=2", "augmentation.horizontal_flip=0",
                "augmentation.shift=0", "optimizer.learning_rate=0.05");
        var data = planted.Dataset();
        using (var plan = TrainingSession.Begin(configuration, data, new NewRun { Store = new RunStore(_folder.In("runs")), Name = "run" }))
            Trainer.Run(plan);
        using var analysis = new RunAnalysis(new RunStore(_folder.In("runs")).FindCheckpoint("run"), _ =>
            data, options ?? new AnalysisOptions { Split = EvaluationSplit.Test, Cases = 4, Threads = 2 });
        return analysis.Run(new TestLedger(_folder.In("runs")));
    }
}
