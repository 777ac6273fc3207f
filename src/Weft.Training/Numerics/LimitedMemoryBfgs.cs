namespace Weft.Training;

/// <summary>The place where a smooth convex function is smallest, by L-BFGS.</summary>
/// <remarks>Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989; the line search halves or doubles until Wolfe's weak
/// conditions hold (Lewis and Overton, 2013).</remarks>
internal static class LimitedMemoryBfgs
{
    private const int Memory = 20;
    private const int MostTries = 60;
    private const double SufficientDecrease = 1e-4;
    private const double Flattening = 0.9;
    private const double Rounding = 1e-14; // of the value: near the minimum it no longer shows a decrease

    /// <summary>The function's value at a point; the gradient is written.</summary>
    public delegate double Objective(ReadOnlySpan<double> point, Span<double> gradient);

    /// <param name="point">Where to begin; replaced by the minimum.</param>
    /// <param name="tolerance">The Euclidean length of the gradient that ends the search.</param>
    /// <returns>The value and the gradient's length at the end, which is above the tolerance where the steps were not enough.</returns>
    public static (double Value, double GradientNorm, int Iterations) Minimize(
        Objective objective, double[] point, double tolerance, int mostIterations, CancellationToken cancellationToken)
    {
        var length = point.Length;
        var (gradient, next, nextGradient, direction) = (new double[length], new double[length], new double[length], new double[length]);
        var pairs = new List<(double[] Move, double[] Change, double Scale)>();
        var coefficients = new double[Memory];
        var value = objective(point, gradient);
        for (var iteration = 0; ; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var norm = Math.Sqrt(DoubleVectors.Dot(gradient, gradient));
            if (norm <= tolerance || iteration == mostIterations)
                return (value, norm, iteration);
            Descend();
            var slope = DoubleVectors.Dot(direction, gradient);
            var (shortest, longest, step) = (0.0, double.PositiveInfinity, pairs.Count == 0 ? Math.Min(1, 1 / norm) : 1.0);
            double nextValue;
            for (var tries = 0; ; tries++)
            {
                point.CopyTo(next, 0);
                DoubleVectors.AddScaled(next, step, direction);
                nextValue = objective(next, nextGradient);
                if (!(nextValue <= value + SufficientDecrease * step * slope + Rounding * Math.Abs(value)))
                    longest = step;
                else if (DoubleVectors.Dot(direction, nextGradient) < Flattening * slope)
                    shortest = step;
                else
                    break;
                if (tries == MostTries)
                    return (value, norm, iteration); // the numbers have no more digits
                step = double.IsPositiveInfinity(longest) ? 2 * step : (shortest + longest) / 2;
            }

            Remember();
            (value, gradient, nextGradient) = (nextValue, nextGradient, gradient);
            next.CopyTo(point, 0);
        }

        // The two-loop recursion: −H·gradient.
        void Descend()
        {
            for (var i = 0; i < direction.Length; i++)
                direction[i] = -gradient[i];
            for (var i = pairs.Count - 1; i >= 0; i--)
            {
                coefficients[i] = pairs[i].Scale * DoubleVectors.Dot(pairs[i].Move, direction);
                DoubleVectors.AddScaled(direction, -coefficients[i], pairs[i].Change);
            }

            if (pairs is [.., var last])
            {
                var curvature = 1 / (last.Scale * DoubleVectors.Dot(last.Change, last.Change));
                foreach (ref var element in direction.AsSpan())
                    element *= curvature;
            }

            for (var i = 0; i < pairs.Count; i++)
                DoubleVectors.AddScaled(direction, coefficients[i] - pairs[i].Scale * DoubleVectors.Dot(pairs[i].Change, direction), pairs[i].Move);
        }

        void Remember()
        {
            double[] move = [.. next.Zip(point, (to, from) => to - from)], change = [.. nextGradient.Zip(gradient, (to, from) => to - from)];
            var product = DoubleVectors.Dot(move, change);
            if (product <= 0)
                return; // along a direction in which the function is flat
            if (pairs.Count == Memory)
                pairs.RemoveAt(0);
            pairs.Add((move, change, 1 / product));
        }
    }
}
