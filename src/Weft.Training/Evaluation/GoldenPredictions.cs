namespace Weft.Training;

/// <summary>Makes the golden samples of a model, and computes them where it is opened.</summary>
internal static class GoldenPredictions
{
    /// <summary>
    /// The largest difference of a probability that is arithmetic: vectors of other widths, direct sums in place of Winograd's, another runtime. These
    /// differ by 1e-6 to 1e-5; a swapped channel or a wrong epsilon by far more.
    /// </summary>
    public const float Tolerance = 1e-4f;

    // So that the file's header stays small: large pictures are fewer.
    private const int MostBytes = 3 << 20;

    /// <summary>Validation images, as many as fit of each class in turn, and what the model says of them.</summary>
    public static GoldenSamples Of(TrainedModel model, ImageSamples samples, IReadOnlyList<int> indices, int? threads)
    {
        var count = Math.Clamp(MostBytes / model.Shape.Length, 1, Math.Min(GoldenSamples.Most, indices.Count));
        var chosen = indices.GroupBy(samples.Label).OrderBy(one => one.Key)
            .SelectMany(one => one.Select((index, turn) => (index, turn, one.Key))).OrderBy(one => one.turn).ThenBy(one => one.Key).Take(count);
        return Of(model, [.. chosen.Select(one => samples.Image(one.index).ToArray())], threads);
    }

    /// <summary>These images, and what the model says of them.</summary>
    public static GoldenSamples Of(TrainedModel model, IReadOnlyList<byte[]> images, int? threads)
    {
        using var predictor = new Predictor(model, threads, TestTimeAugmentation.None);
        return new GoldenSamples(images, [.. predictor.Predict(images).Select(prediction => prediction.Probabilities.ToArray())]);
    }

    /// <summary>Computes the samples anew.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the probabilities are others.</exception>
    public static void Require(this GoldenSamples golden, Predictor predictor)
    {
        var found = predictor.PredictPlain(golden.Images).Select(prediction => prediction.Probabilities.ToArray()).ToArray();
        for (var i = 0; i < golden.Images.Count; i++)
        {
            var worst = Enumerable.Range(0, found[i].Length).MaxBy(k => Difference(found[i][k], golden.Probabilities[i][k]));
            if (Difference(found[i][worst], golden.Probabilities[i][worst]) > Tolerance)
            {
                throw new WeftException(ErrorKind.CheckpointMismatch, "the model does not compute what it did when it was exported")
                {
                    Where = $"golden sample {i + 1} of {golden.Images.Count}", Expected = $"{golden.Probabilities[i][worst]:g6} for {predictor.Classes[worst]}",
                    Found = $"{found[i][worst]:g6}", Safe = "nothing was predicted", Next = new Advice("export it again, with the program that trained it"),
                };
            }
        }
    }

    // NaN is as different as can be.
    private static float Difference(float a, float b) => Math.Abs(a - b) is var difference && float.IsNaN(difference) ? float.PositiveInfinity : difference;
}
