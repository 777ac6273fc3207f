namespace Weft.Training;

/// <summary>Probabilities as honest as the validation images make them.</summary>
internal static class CalibratedPrediction
{
    /// <summary>What the logits of this model are to be divided by, as its validation images asked for.</summary>
    /// <param name="source">Names the model in the error.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the model does not say.</exception>
    public static double TemperatureOf(TrainedModel model, string source) =>
        model.Metadata.Release?.Validation?.Temperature ?? throw new WeftException(ErrorKind.InvalidInput, "this model does not say what calibrates it")
        {
            Where = source, Expected = "a file that weft export wrote of a run, which says the temperature that its validation images ask for",
            Found = model.Metadata.Release is null ? "a run's checkpoint" : "a file of a model that was not measured on validation images",
            Safe = "nothing was predicted", Next = new Advice("export the run and predict with the file: weft export RUN --format safetensors"),
        };

    /// <summary>
    /// p′ = softmax(logits / temperature), of a mean over several views p′ = p^(1/temperature) / Σ p^(1/temperature), which is the same for one view. The class
    /// stays what it was, also where rounding makes two probabilities equal.
    /// </summary>
    /// <param name="temperature">Above 0; more than 1 makes the prediction less sure, less than 1 surer.</param>
    public static ImagePrediction Calibrated(this ImagePrediction prediction, double temperature)
    {
        var scaled = new double[prediction.Probabilities.Count];
        Scale(prediction.Probabilities.ToArray(), temperature, scaled);
        return prediction with { Probabilities = [.. scaled.Select(probability => (float)probability)] };
    }

    /// <summary>scaled = softmax(log p / temperature): probabilities are logits but for a constant, log p = x − log Σ exp x.</summary>
    /// <remarks>In double, with the largest probability divided out first: no power overflows.</remarks>
    public static void Scale(ReadOnlySpan<float> probabilities, double temperature, Span<double> scaled)
    {
        var sum = 0.0;
        var top = 0f;
        foreach (var p in probabilities)
            top = Math.Max(top, p);
        for (var k = 0; k < scaled.Length; k++)
        {
            scaled[k] = temperature == 1 ? probabilities[k] : Math.Pow(probabilities[k] / (double)top, 1 / temperature);
            sum += scaled[k];
        }

        for (var k = 0; k < scaled.Length; k++)
            scaled[k] /= sum;
    }
}
