namespace Weft.Tests.Losses;

public class LossTests
{
    private const int Classes = 4;

    private static readonly float[] Logits = [.. Hashed.Values(7, "logits", 6 * Classes, 0, 2)];

    [Fact]
    public void Cross_entropy_without_weights_has_the_bits_of_the_softmax_cross_entropy()
    {
        float[] one = new float[Logits.Length], other = new float[Logits.Length];
        var targets = new Targets([0, 1, 2, 3, 0, 1], [1, 2, 3, 0, 1, 2], [0.25f, 1, 0.5f, 0, 0.75f, 1]);

        Assert.Equal(
            SoftmaxCrossEntropy.Evaluate(Logits, Classes, targets, 0.1, one),
                new CrossEntropyLoss { LabelSmoothing = 0.1 }.Evaluate(Logits, Classes, targets, other));
        Assert.Equal(one, other);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.5, 0, false)]
    [InlineData(2, 0.1, false)]
    [InlineData(2, 0, true)]
    [InlineData(5, 0.2, true)]
    public void The_focal_loss_agrees_with_its_definition_and_its_gradient_with_finite_differences(double gamma, double smoothing, bool weighted)
    {
        var loss = new FocalLoss { Gamma = gamma, LabelSmoothing = smoothing };
        int[] labels = [0, 1, 2, 3, 0, 1], seconds = [1, 1, 3, 0, 2, 2];
        float[] mix = [0.25f, 1, 0.5f, 0, 0.75f, 1], weights = weighted ? [2, 0.5f, 1, 0] : [];
        var gradient = new float[Logits.Length];
        var result = loss.Evaluate(Logits, Classes, new Targets(labels, seconds, mix) { ClassWeights = weights }, gradient);

        Assert.Equal(Reference([.. Logits.Select(x => (double)x)], labels, seconds, mix, weights, gamma, smoothing), result.MeanLoss, 1e-12);
        for (var i = 0; i < Logits.Length; i++)
        {
            double At(double step) => Reference([.. Logits.Select((x, k) => k == i ? x + step : (double)x)], labels, seconds, mix, weights, gamma, smoothing);
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-6);
        }
    }

    [Fact]
    public void Weighted_cross_entropy_is_the_focal_loss_with_gamma_0()
    {
        float[] one = new float[Logits.Length], other = new float[Logits.Length];
        var targets = new Targets([0, 1, 2, 3, 0, 1]) { ClassWeights = new float[] { 1, 2, 3, 4 } };

        Assert.Equal(new FocalLoss { Gamma = 0 }.Evaluate(Logits, Classes, targets, one), new CrossEntropyLoss().Evaluate(Logits, Classes, targets, other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Balanced_weights_make_every_class_that_occurs_count_the_same()
    {
        var weights = new CrossEntropyLoss { ClassWeights = ClassWeighting.Balanced }.Weights([10, 0, 30, 20]);

        Assert.Equal([1.5f, 0, 0.5f, 0.75f], weights);
        Assert.Empty(new CrossEntropyLoss().Weights([10, 0, 30, 20]));
    }

    [Fact]
    public void A_row_that_is_right_beyond_rounding_has_no_gradient_and_no_number_is_lost()
    {
        var gradient = new float[2];

        Assert.Equal(0, new FocalLoss { Gamma = 0.5 }.Evaluate([-1e38f, 1e38f], 2, new Targets([1]), gradient).MeanLoss);
        Assert.Equal([0f, 0f], gradient);
        Assert.True(double.IsNaN(new FocalLoss().Evaluate([float.NaN, 1], 2, new Targets([1]), gradient).MeanLoss));
        Assert.Throws<ArgumentException>(() => new FocalLoss().Evaluate([1, 2], 2, new Targets([1]) { ClassWeights = new float[3] }, default));
    }

    private static double Reference(double[] logits, int[] labels, int[] seconds, float[] mix, float[] weights, double gamma, double smoothing)
    {
        var total = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.AsSpan(i * Classes, Classes).ToArray();
            var sum = row.Sum(Math.Exp);
            for (var k = 0; k < Classes; k++)
            {
                var p = Math.Exp(row[k]) / sum;
                var target = (1 - smoothing) * ((k == labels[i] ? (double)mix[i] : 0) + (k == seconds[i] ? 1 - (double)mix[i] : 0)) + smoothing / Classes;
                total -= (weights.Length == 0 ? 1 : weights[k]) * target * Math.Pow(1 - p, gamma) * Math.Log(p);
            }
        }

        return total / labels.Length;
    }
}
