using Weft;

namespace Custom;

/// <summary>loss = Σ (p − t)² over the classes with p = softmax(x), the mean over the samples: it forgives what cross-entropy punishes without end.</summary>
/// <remarks>∂loss/∂x[j] = 2 · p[j] · ((p[j] − t[j]) − Σ p · (p − t)). Brier, "Verification of forecasts expressed in terms of probability", 1950.</remarks>
internal sealed record BrierLoss : Loss
{
    public override LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, Span<float> gradient)
    {
        var count = targets.Labels.Length;
        var p = new float[logits.Length];
        SoftmaxCrossEntropy.Probabilities(logits, classes, p);
        var (total, correct) = (0.0, 0);
        for (var n = 0; n < count; n++)
        {
            double inner = 0;
            for (var k = 0; k < classes; k++)
            {
                var error = p[n * classes + k] - targets.Share(n, k, classes, LabelSmoothing);
                total += error * error;
                inner += p[n * classes + k] * error;
            }

            for (var k = 0; k < classes && !gradient.IsEmpty; k++)
            {
                var error = p[n * classes + k] - targets.Share(n, k, classes, LabelSmoothing);
                gradient[n * classes + k] = (float)(2 * p[n * classes + k] * (error - inner) / count);
            }

            if (SoftmaxCrossEntropy.ArgMax(logits.Slice(n * classes, classes)) == targets.Labels[n])
                correct++;
        }

        return new LossResult(total / count, correct, count);
    }
}
