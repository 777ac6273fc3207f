namespace Weft.Tests.Losses;

public class SoftmaxCrossEntropyTests
{
    [Fact]
    public void Large_logits_do_not_overflow()
    {
        float[] logits = [1000, 1001, 1002];
        var gradient = new float[3];
        var result = SoftmaxCrossEntropy.Evaluate(logits, 3, new Targets([2]), 0, gradient);
        Assert.Equal(Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)), result.MeanLoss, 1e-12);
        Assert.Equal(1, result.Correct);
        var probabilities = new float[3];
        SoftmaxCrossEntropy.Probabilities(logits, 3, probabilities);
        Assert.Equal(1, probabilities.Sum(), 1e-6);
        Assert.Equal(probabilities[2] - 1, gradient[2], 1e-6);
        Assert.Equal(0, SoftmaxCrossEntropy.Evaluate([-1e38f, 1e38f], 2, new Targets([1]), 0, default).MeanLoss);
    }

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.1, false)]
    [InlineData(0.0, true)]
    [InlineData(0.2, true)]
    public void The_gradient_matches_central_differences(double smoothing, bool mixed)
    {
        // The loss is in double but its logits are floats: a step of 1/64 is exact in float, and the error of the difference is h²/6 · loss''' < 1e-5.
        const float Step = 1f / 64;
        const double Tolerance = 1e-5;
        var logits = Hashed.Values(1, "logits", 5 * 7, 0, 2).Select(x => MathF.Round(x * 64) / 64).ToArray();
        int[] labels = [0, 3, 6, 3, 1];
        var gradient = new float[logits.Length];
        Loss(gradient);
        for (var i = 0; i < logits.Length; i++)
        {
            var before = logits[i];
            logits[i] = before + Step;
            var above = Loss(default);
            logits[i] = before - Step;
            var below = Loss(default);
            logits[i] = before;
            Assert.Equal((above - below) / (2 * Step), gradient[i], Tolerance);
        }

        double Loss(Span<float> into) =>
            SoftmaxCrossEntropy.Evaluate(
                logits, 7, mixed ? new Targets(labels, [1, 3, 0, 2, 5], [0.25f, 0.5f, 1f, 0f, 0.75f]) : new Targets(labels), smoothing, into).MeanLoss;
    }

    [Fact]
    public void Smoothing_and_mixing_give_the_sums_of_the_equation()
    {
        float[] logits = [0.5f, -1, 2];
        var logSum = Math.Log(logits.Sum(x => Math.Exp(x)));
        var smooth = SoftmaxCrossEntropy.Evaluate(logits, 3, new Targets([1]), 0.3, default);
        Assert.Equal(0.8 * (logSum + 1) + 0.1 * (logSum - 0.5) + 0.1 * (logSum - 2), smooth.MeanLoss, 1e-9);
        var mixed = SoftmaxCrossEntropy.Evaluate(logits, 3, new Targets([1], [2], [0.25f]), 0, default);
        Assert.Equal(0.25 * (logSum + 1) + 0.75 * (logSum - 2), mixed.MeanLoss, 1e-9);
        Assert.Equal(0, mixed.Correct);
    }

    [Fact]
    public void The_gradient_is_that_of_the_mean_over_the_batch()
    {
        var one = new float[2];
        var two = new float[4];
        SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([0]), 0, one);
        SoftmaxCrossEntropy.Evaluate([1, 2, 1, 2], 2, new Targets([0, 0]), 0, two);
        Assert.Equal(one[0] / 2, two[2], 1e-7);
    }

    [Fact]
    public void A_nan_makes_the_loss_nan_and_no_sample_correct()
    {
        var gradient = new float[4];
        var result = SoftmaxCrossEntropy.Evaluate([float.NaN, 1, 0, 1], 2, new Targets([0, 1]), 0, gradient);
        Assert.True(double.IsNaN(result.MeanLoss));
        Assert.Equal(1, result.Correct);
        Assert.True(float.IsNaN(gradient[0]) && float.IsNaN(gradient[1]));
        Assert.True(float.IsFinite(gradient[2]));
    }

    [Fact]
    public void A_logit_of_minus_infinity_elsewhere_does_no_harm() =>
        Assert.Equal(0, SoftmaxCrossEntropy.Evaluate([float.NegativeInfinity, 3], 2, new Targets([1]), 0, default).MeanLoss);

    [Fact]
    public void Of_equal_logits_the_first_is_the_prediction()
    {
        Assert.Equal(1, SoftmaxCrossEntropy.Evaluate([1, 1], 2, new Targets([0]), 0, default).Correct);
        Assert.Equal(0, SoftmaxCrossEntropy.Evaluate([1, 1], 2, new Targets([1]), 0, default).Correct);
    }

    [Fact]
    public void Losses_of_samples_average_to_the_batchs()
    {
        var logits = Hashed.Values(2, "logits", 40, 0, 3);
        int[] labels = [0, 9, 5, 2];
        var losses = new float[4];
        var each = SoftmaxCrossEntropy.PerSample(logits, 10, labels, losses);
        var all = SoftmaxCrossEntropy.Evaluate(logits, 10, new Targets(labels), 0, default);
        Assert.Equal(all.MeanLoss, each.MeanLoss, 1e-12);
        Assert.Equal(all.Correct, each.Correct);
        Assert.Equal(all.MeanLoss, losses.Average(loss => (double)loss), 1e-6);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([2]), 0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([-1]), 0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([0]), 1.5, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([0], [1], [float.NaN]), 0, default));
        Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([1, 2, 3], 2, new Targets([0]), 0, default));
        Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([], 2, new Targets([]), 0, default));
        Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([0]), 0, new float[3]));
        Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([1, 2], 2, new Targets([0], [1], []), 0, default));
    }
}
