using Weft.Training;

namespace Weft.Interchange;

/// <summary>How what an exported model computes compares with what the model computes, on real images.</summary>
/// <param name="Runtime">What computed the exported model.</param>
/// <param name="SameClass">Images that both take for the same class.</param>
/// <param name="MaxProbabilityDifference">The largest difference of any probability of any image.</param>
/// <param name="Image">The number of the image with it.</param>
internal sealed record Parity(string Runtime, int Images, int SameClass, double MaxProbabilityDifference, int Image)
{
    /// <summary>The largest difference of any logit; null where the runtime shows none.</summary>
    public double? MaxLogitDifference { get; init; }

    /// <summary>Images whose class differs, because their two best are within <see cref="NearTie"/>.</summary>
    public IReadOnlyList<int> NearTies { get; init; } = [];

    /// <summary>Two classes whose probabilities differ by less may change places by rounding.</summary>
    public const double NearTie = 1e-4;

    /// <param name="expected">What the model says.</param>
    /// <param name="found">What the exported one says of the same images.</param>
    /// <param name="tolerance">The largest difference of a probability that is rounding.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.Bug"/>: it computes something else.</exception>
    public static Parity Require(PredictionTable expected, PredictionTable found, string runtime, double tolerance)
    {
        var (same, worst, image, ties) = (0, 0.0, expected.Indices[0], new List<int>());
        for (var row = 0; row < expected.Count; row++)
        {
            ReadOnlySpan<float> wanted = expected.Probabilities(row), given = found.Probabilities(row);
            for (var k = 0; k < wanted.Length; k++)
            {
                var difference = Math.Abs((double)wanted[k] - given[k]);
                if (!(difference <= worst)) // NaN is the worst
                    (worst, image) = (double.IsNaN(difference) ? double.PositiveInfinity : difference, expected.Indices[row]);
            }

            if (expected.Predictions[row] == found.Predictions[row])
                same++;
            else if (found.Predictions[row] >= 0 && wanted[expected.Predictions[row]] - wanted[found.Predictions[row]] <= NearTie)
                ties.Add(expected.Indices[row]);
        }

        var parity = new Parity(runtime, expected.Count, same, worst, image) { NearTies = ties };
        return worst <= tolerance && same + ties.Count == expected.Count ? parity : throw new WeftException(
            ErrorKind.Bug, "the exported model computes something else than the model")
        {
            Where = $"image {image}", Expected = $"the same classes, and probabilities within {tolerance:g1}",
            Found = $"with {runtime}: {same} of {expected.Count} classes, a difference of {worst:g2}", Safe = "no file was left",
        };
    }
}
