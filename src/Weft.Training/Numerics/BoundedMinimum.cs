namespace Weft.Training;

/// <summary>The place inside a box where a smooth function is smallest, nearest to where the search begins: L-BFGS in the coordinates that are free.</summary>
/// <remarks>
/// A coordinate at a bound is held there while the function falls outwards. Steps are cut off at the bounds and halved until Armijo's condition holds
/// (Bertsekas, "Projected Newton methods for optimization problems with simple constraints", 1982); the directions are those of
/// <see cref="LimitedMemoryBfgs"/>.
/// </remarks>
internal sealed class BoundedMinimum(LimitedMemoryBfgs.Objective objective, double[] upper)
{
    private const int Memory = 10;
    private const int MostHalvings = 25;
    private const double SufficientDecrease = 1e-4;

    private readonly List<(double[] Move, double[] Change)> _pairs = [];

    /// <param name="point">Where to begin; replaced by the minimum. The lower bounds are 0.</param>
    /// <param name="tolerance">The largest coordinate of the gradient, cut off at the bounds, that ends the search.</param>
    /// <returns>The function's value there.</returns>
    public double Find(double[] point, double tolerance, int mostSteps)
    {
        var (gradient, next, nextGradient) = (new double[point.Length], new double[point.Length], new double[point.Length]);
        var value = objective(point, gradient);
        for (var step = 0; step < mostSteps; step++)
        {
            var largest = 0.0;
            var isFree = new bool[point.Length];
            for (var i = 0; i < point.Length; i++)
            {
                var projected = Math.Clamp(point[i] - gradient[i], 0, upper[i]) - point[i];
                largest = Math.Max(largest, Math.Abs(projected));
                isFree[i] = !(point[i] <= 0 && gradient[i] > 0) && !(point[i] >= upper[i] && gradient[i] < 0);
            }

            if (!(largest > tolerance))
                break;
            var direction = Direction(gradient, isFree);
            if (DoubleVectors.Dot(direction, gradient) >= 0)
            {
                _pairs.Clear();
                direction = Direction(gradient, isFree);
            }

            var length = _pairs.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(DoubleVectors.Dot(direction, direction)));
            var isFound = false;
            for (var halving = 0; halving < MostHalvings && !isFound; halving++, length /= 2)
            {
                var slope = 0.0;
                for (var i = 0; i < point.Length; i++)
                {
                    next[i] = Math.Clamp(point[i] + length * direction[i], 0, upper[i]);
                    slope += gradient[i] * (next[i] - point[i]);
                }

                var nextValue = objective(next, nextGradient);
                if (!(nextValue <= value + SufficientDecrease * slope) || slope >= 0)
                    continue;
                Remember(point, next, gradient, nextGradient);
                isFound = true;
                value = nextValue;
                next.CopyTo(point, 0);
                nextGradient.CopyTo(gradient, 0);
            }

            if (!isFound && _pairs.Count == 0)
                break;
            if (!isFound)
                _pairs.Clear();
        }

        return value;
    }

    // −H·gradient of the free coordinates, 0 of the others.
    private double[] Direction(double[] gradient, bool[] isFree)
    {
        double[] Free(double[] vector) => [.. vector.Select((element, index) => isFree[index] ? element : 0)];
        var direction = Free(gradient);
        for (var i = 0; i < direction.Length; i++)
            direction[i] = -direction[i];
        (double[] Move, double[] Change, double Product)[] pairs =
        [
            .. _pairs.Select(pair => (Move: Free(pair.Move), Change: Free(pair.Change)))
                .Select(pair => (pair.Move, pair.Change, Product: DoubleVectors.Dot(pair.Move, pair.Change)))
                .Where(pair => pair.Product > 1e-12 * DoubleVectors.Dot(pair.Change, pair.Change)),
        ];
        var coefficients = new double[pairs.Length];
        for (var i = pairs.Length - 1; i >= 0; i--)
        {
            coefficients[i] = DoubleVectors.Dot(pairs[i].Move, direction) / pairs[i].Product;
            DoubleVectors.AddScaled(direction, -coefficients[i], pairs[i].Change);
        }

        if (pairs is [.., var last])
        {
            var curvature = last.Product / DoubleVectors.Dot(last.Change, last.Change);
            foreach (ref var element in direction.AsSpan())
                element *= curvature;
        }

        for (var i = 0; i < pairs.Length; i++)
            DoubleVectors.AddScaled(direction, coefficients[i] - DoubleVectors.Dot(pairs[i].Change, direction) / pairs[i].Product, pairs[i].Move);
        return direction;
    }

    private void Remember(double[] from, double[] to, double[] gradient, double[] nextGradient)
    {
        if (_pairs.Count == Memory)
            _pairs.RemoveAt(0);
        _pairs.Add(([.. to.Zip(from, (a, b) => a - b)], [.. nextGradient.Zip(gradient, (a, b) => a - b)]));
    }
}
