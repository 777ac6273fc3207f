namespace Weft.Training;

/// <summary>A fully connected layer: logits = W·features + b, with W as [classes, features].</summary>
internal sealed record LinearWeights(int Classes, int Features, float[] Weight, float[] Bias)
{
    /// <summary>The layer's tensors as PyTorch's <c>state_dict</c> has them.</summary>
    /// <param name="name">The layer's: "fc".</param>
    public IReadOnlyList<NamedTensor> ToTensors(string name) =>
        [new($"{name}.weight", [Classes, Features], Weight), new($"{name}.bias", [Classes], Bias)];

    /// <summary>The most probable class of each row.</summary>
    public int[] Predictions(FeatureTable features)
    {
        var (probabilities, predictions) = (new double[Classes], new int[features.Count]);
        for (var row = 0; row < predictions.Length; row++)
        {
            probabilities.AsSpan().Clear();
            AddProbabilities(features.Row(row), probabilities);
            predictions[row] = Array.IndexOf(probabilities, probabilities.Max());
        }

        return predictions;
    }

    /// <summary>Adds softmax(W·features + b) to the probabilities, in double.</summary>
    public void AddProbabilities(ReadOnlySpan<float> features, Span<double> probabilities)
    {
        Span<double> own = Classes <= 256 ? stackalloc double[Classes] : new double[Classes];
        for (var k = 0; k < Classes; k++)
        {
            var sum = (double)Bias[k];
            var weights = Weight.AsSpan(k * Features, Features);
            for (var d = 0; d < weights.Length; d++)
                sum += (double)weights[d] * features[d];
            own[k] = sum;
        }

        DoubleVectors.Softmax(own);
        for (var k = 0; k < Classes; k++)
            probabilities[k] += own[k];
    }
}
