namespace Weft.Training;

/// <summary>
/// What is known of a function from noisy values at some points, if it is smooth: a normal distribution of its value at each other point.
/// </summary>
/// <remarks>
/// Covariance s·(1 + √5·d + 5/3·d²)·e^(−√5·d) with d² = Σⱼ wⱼ·Δⱼ² (Matérn's with the smoothness 5/2); Δⱼ² of a choice is 1 where two points differ and else
/// 0. Values have noise of variance ν. Rasmussen and Williams, "Gaussian processes for machine learning", 2006, algorithm 2.1.
/// </remarks>
internal sealed class GaussianProcess
{
    private static readonly double RootOf5 = Math.Sqrt(5);

    private readonly IReadOnlyList<double[]> _points;
    private readonly CholeskyFactor _factor;
    private readonly double[] _solved; // (K + ν·I)⁻¹·y

    private GaussianProcess(GaussianKernel kernel, IReadOnlyList<double[]> points, CholeskyFactor factor, double[] solved) =>
        (Kernel, _points, _factor, _solved) = (kernel, points, factor, solved);

    public GaussianKernel Kernel { get; }

    /// <summary>With these values at these points. The noise grows until their covariance can be factored.</summary>
    public static GaussianProcess Of(GaussianKernel kernel, IReadOnlyList<double[]> points, IReadOnlyList<double> values)
    {
        for (var noise = kernel.Noise; ; noise *= 10)
        {
            var (count, covariance) = (points.Count, new double[points.Count * points.Count]);
            for (var i = 0; i < count; i++)
            {
                for (var j = 0; j <= i; j++)
                    covariance[i * count + j] = kernel.Covariance(points[i], points[j]) + (i == j ? noise : 0);
            }

            if (CholeskyFactor.Of(covariance, count) is not { } factor)
                continue;
            double[] solved = [.. values];
            factor.Forward(solved);
            factor.Backward(solved);
            return new GaussianProcess(kernel, points, factor, solved);
        }
    }

    /// <summary>What the function has at a point, without noise.</summary>
    public (double Mean, double Variance) At(ReadOnlySpan<double> point)
    {
        var covariances = Covariances(point);
        var mean = DoubleVectors.Dot(covariances, _solved);
        _factor.Forward(covariances);
        return (mean, Math.Max(0, Kernel.Scale - DoubleVectors.Dot(covariances, covariances)));
    }

    /// <summary>The same with the derivatives by the coordinates of a point; 0 of choices.</summary>
    public (double Mean, double Variance) At(ReadOnlySpan<double> point, Span<double> meanGradient, Span<double> varianceGradient)
    {
        var covariances = Covariances(point);
        var mean = DoubleVectors.Dot(covariances, _solved);
        _factor.Forward(covariances);
        var variance = Kernel.Scale - DoubleVectors.Dot(covariances, covariances);
        _factor.Backward(covariances);
        meanGradient.Clear();
        varianceGradient.Clear();
        for (var i = 0; i < _points.Count; i++)
        {
            var slope = Kernel.Scale * Slope(Kernel.SquaredDistance(point, _points[i]));
            for (var j = 0; j < point.Length; j++)
            {
                if (Kernel.IsCategorical[j])
                    continue;
                var change = slope * Kernel.Weights[j] * 2 * (point[j] - _points[i][j]);
                meanGradient[j] += change * _solved[i];
                varianceGradient[j] -= 2 * change * covariances[i];
            }
        }

        return (mean, Math.Max(0, variance));
    }

    /// <summary>(1 + √5·d + 5/3·d²)·e^(−√5·d).</summary>
    public static double Matern(double squaredDistance)
    {
        var distance = RootOf5 * Math.Sqrt(squaredDistance);
        return (1 + distance + 5.0 / 3 * squaredDistance) * Math.Exp(-distance);
    }

    /// <summary>The derivative of <see cref="Matern"/> by d²: −5/6·(1 + √5·d)·e^(−√5·d).</summary>
    public static double Slope(double squaredDistance)
    {
        var distance = RootOf5 * Math.Sqrt(squaredDistance);
        return -5.0 / 6 * (1 + distance) * Math.Exp(-distance);
    }

    private double[] Covariances(ReadOnlySpan<double> point)
    {
        var covariances = new double[_points.Count];
        for (var i = 0; i < covariances.Length; i++)
            covariances[i] = Kernel.Covariance(point, _points[i]);
        return covariances;
    }
}

/// <summary>How values at two points vary together.</summary>
/// <param name="Weights">One for each coordinate: 1 over the square of its length scale.</param>
/// <param name="Scale">The variance of the function.</param>
/// <param name="Noise">The variance of a value at a known point.</param>
/// <param name="IsCategorical">One for each coordinate.</param>
internal sealed record GaussianKernel(double[] Weights, double Scale, double Noise, bool[] IsCategorical)
{
    public double Covariance(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Scale * GaussianProcess.Matern(SquaredDistance(a, b));

    public double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var j = 0; j < Weights.Length; j++)
            sum += Weights[j] * SquaredDifference(j, a[j], b[j]);
        return sum;
    }

    public double SquaredDifference(int coordinate, double a, double b) => IsCategorical[coordinate] ? a == b ? 0 : 1 : (a - b) * (a - b);
}
