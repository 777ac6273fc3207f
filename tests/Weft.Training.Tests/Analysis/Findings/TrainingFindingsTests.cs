namespace Weft.Training.Tests;

public class TrainingFindingsTests
{
    [Fact]
    public void Overfitting_names_the_epoch_of_the_lowest_validation_loss()
    {
        var finding = Assert.Single(Find([(0.9, 0.70, 0.8, 0.72), (0.5, 0.85, 0.5, 0.86), (0.3, 0.9, 0.6, 0.86), (0.2, 0.94, 0.7, 0.87),
            (0.1, 0.97, 0.9, 0.87)]), finding => finding.Key == "overfitting");
        Assert.StartsWith("Overfitting since epoch 2: the validation loss rose from 0.5000 to 0.9000", finding.Sentence);
        Assert.Equal(["augmentation.shift", "augmentation.horizontal_flip"], Assert.IsType<RetrainAction>(finding.Action).Changes.Select(change => change.Key));
    }

    [Fact]
    public void What_a_run_had_already_is_not_proposed_to_it()
    {
        (double, double, double, double)[] memorized = [(0.9, 0.70, 0.8, 0.72), (0.5, 0.85, 0.5, 0.80), (0.3, 0.99, 0.49, 0.81)];
        var had = TinyTraining.Configuration("augmentation.horizontal_flip=0.5", "augmentation.shift=0", "optimizer.weight_decay=0.01");
        Assert.Equal(["augmentation.horizontal_flip", "optimizer.weight_decay"], Proposed(Find(memorized)));
        Assert.Equal(["augmentation.shift", "loss.label_smoothing"], Proposed(Find(memorized, had)));

        static IEnumerable<string> Proposed(IReadOnlyList<Finding> findings) =>
            Assert.IsType<RetrainAction>(Assert.Single(findings, finding => finding.Key == "memorized").Action).Changes.Select(change => change.Key);
    }

    [Fact]
    public void A_healthy_training_finds_nothing() =>
        Assert.Empty(Find([(0.9, 0.70, 0.8, 0.72), (0.5, 0.82, 0.5, 0.83), (0.4, 0.88, 0.42, 0.88), (0.35, 0.90, 0.40, 0.89), (0.33, 0.91, 0.39, 0.90)]));

    [Fact]
    public void Training_below_validation_is_dropout_that_costs_more_than_it_gives() =>
        Assert.Contains("Dropout and augmentation cost more than they give: 80.0 %",
            Assert.Single(Find([(0.9, 0.60, 0.8, 0.72), (0.8, 0.7, 0.5, 0.8), (0.7, 0.80, 0.4, 0.86)])).Sentence);

    [Fact]
    public void Two_epochs_are_too_few_to_say_anything() => Assert.Empty(Find([(0.9, 0.70, 0.8, 0.72), (0.1, 0.99, 1.8, 0.52)]));

    [Fact]
    public void A_fall_in_the_middle_is_unsteady() =>
        Assert.Contains(Find([(0.9, 0.8, 0.5, 0.80), (0.8, 0.82, 0.4, 0.84), (0.7, 0.84, 0.7, 0.70), (0.6, 0.86, 0.38, 0.86)]), finding =>
            finding.Key == "unsteady");

    private static IReadOnlyList<Finding> Find(
        (double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy)[] epochs, ResolvedConfiguration? configuration = null) =>
        TrainingFindings.Of(
        [.. epochs.Select((e, i) => new MetricsRow(i + 1, 10 * (i + 1), e.TrainLoss, e.TrainAccuracy, e.ValidationLoss, e.ValidationAccuracy, 0.1, 1, 100))],
            (configuration ?? TinyTraining.Configuration("augmentation.horizontal_flip=0", "augmentation.shift=0")).Value);
}
