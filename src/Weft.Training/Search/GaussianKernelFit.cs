namespace Weft.Training;

/// <summary>The kernel that is most probable after some values have been seen.</summary>
/// <remarks>
/// Minimizes ½·log |C| + ½·yᵀ·C⁻¹·y + Σⱼ (0.1/wⱼ + 0.1·wⱼ) − (log s − s) − (0.1·log ν − 30·ν) over log wⱼ, log s and log (ν − 10⁻⁶), C = K + ν·I: the
/// likelihood with a prior of the weights and with Gamma(2, 1) of the scale and Gamma(1.1, 30) of the noise. All begin at 1, so that the fit depends on
/// nothing but the values. The constants are those of Optuna's GPSampler, which begins at its last fit.
/// </remarks>
internal sealed class GaussianKernelFit
{
    private const double SmallestNoise = 1e-6;
    private const double Tolerance = 1e-2;
    private const int MostSteps = 200;

    private readonly IReadOnlyList<double> _values;
    private readonly bool[] _isCategorical;
    private readonly double[][] _squares; // [coordinate][i·n + j], j below i

    private GaussianKernelFit(IReadOnlyList<double[]> points, IReadOnlyList<double> values, bool[] isCategorical)
    {
        (_values, _isCategorical) = (values, isCategorical);
        var (count, kernel) = (points.Count, new GaussianKernel([], 1, 1, isCategorical));
        _squares = new double[isCategorical.Length][];
        for (var coordinate = 0; coordinate < _squares.Length; coordinate++)
        {
            var squares = _squares[coordinate] = new double[count * count];
            for (var i = 0; i < count; i++)
            {
                for (var j = 0; j < i; j++)
                    squares[i * count + j] = kernel.SquaredDifference(coordinate, points[i][coordinate], points[j][coordinate]);
            }
        }
    }

    /// <param name="values">With the mean 0 and the variance 1.</param>
    public static GaussianKernel Of(IReadOnlyList<double[]> points, IReadOnlyList<double> values, bool[] isCategorical)
    {
        var fit = new GaussianKernelFit(points, values, isCategorical);
        var logs = new double[isCategorical.Length + 2];
        logs[^1] = Math.Log(1 - 0.99 * SmallestNoise);
        LimitedMemoryBfgs.Minimize(fit.Objective, logs, Tolerance, MostSteps, CancellationToken.None);
        return new GaussianKernel([.. logs[..^2].Select(Math.Exp)], Math.Exp(logs[^2]), Math.Exp(logs[^1]) + SmallestNoise, isCategorical);
    }

    /// <summary>The function that is minimized, for tests: its value and gradient at a place.</summary>
    public static (double Value, double[] Gradient) At(
        IReadOnlyList<double[]> points, IReadOnlyList<double> values, bool[] isCategorical, ReadOnlySpan<double> logs)
    {
        var gradient = new double[logs.Length];
        return (new GaussianKernelFit(points, values, isCategorical).Objective(logs, gradient), gradient);
    }

    private double Objective(ReadOnlySpan<double> logs, Span<double> gradient)
    {
        var (count, dimensions) = (_values.Count, _isCategorical.Length);
        var weights = new double[dimensions];
        for (var k = 0; k < dimensions; k++)
            weights[k] = Math.Exp(logs[k]);
        var (scale, freeNoise) = (Math.Exp(logs[dimensions]), Math.Exp(logs[dimensions + 1]));
        var noise = freeNoise + SmallestNoise;

        var (matern, slopes, covariance) = (new double[count * count], new double[count * count], new double[count * count]);
        for (var i = 0; i < count; i++)
        {
            var row = matern.AsSpan(i * count, i);
            for (var k = 0; k < dimensions; k++)
                DoubleVectors.AddScaled(row, weights[k], _squares[k].AsSpan(i * count, i));
            for (var j = 0; j < i; j++)
            {
                slopes[i * count + j] = GaussianProcess.Slope(row[j]);
                row[j] = GaussianProcess.Matern(row[j]);
                covariance[i * count + j] = scale * row[j];
            }

            matern[i * count + i] = 1;
            covariance[i * count + i] = scale + noise;
        }

        gradient.Clear();
        if (CholeskyFactor.Of(covariance, count) is not { } factor)
            return double.PositiveInfinity;
        double[] solved = [.. _values];
        factor.Forward(solved);
        var value = 0.5 * factor.LogDeterminant() + 0.5 * DoubleVectors.Dot(solved, solved);
        factor.Backward(solved);

        // The derivative by a parameter of C is ½·Σ (C⁻¹ − α·αᵀ) ∘ dC, α = C⁻¹·y; both are symmetric.
        var inverse = factor.Inverse();
        double byScale = 0, byNoise = 0;
        for (var i = 0; i < count; i++)
        {
            var row = inverse.AsSpan(i * count, i + 1);
            DoubleVectors.AddScaled(row, -solved[i], solved.AsSpan(0, i + 1));
            byNoise += row[i] / 2;
            byScale += row[i] / 2 + DoubleVectors.Dot(row[..i], matern.AsSpan(i * count, i));
            for (var j = 0; j < i; j++)
                row[j] *= slopes[i * count + j];
            for (var k = 0; k < dimensions; k++)
                gradient[k] += scale * weights[k] * DoubleVectors.Dot(row[..i], _squares[k].AsSpan(i * count, i));
        }

        for (var k = 0; k < dimensions; k++)
        {
            value += 0.1 / weights[k] + 0.1 * weights[k];
            gradient[k] += -0.1 / weights[k] + 0.1 * weights[k];
        }

        gradient[dimensions] = scale * byScale + scale - 1;
        gradient[dimensions + 1] = freeNoise * (byNoise - 0.1 / noise + 30);
        return value - (Math.Log(scale) - scale) - (0.1 * Math.Log(noise) - 30 * noise);
    }
}
