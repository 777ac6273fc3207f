namespace Weft.Training;

/// <summary>The directions in which vectors differ most.</summary>
internal static class PrincipalAxes
{
    // Cyclic Jacobi converges quadratically; matrices of this size need about eight sweeps.
    private const int MaximumSweeps = 60;

    /// <summary>Orthonormal axes of the vectors' covariance, the one of largest variance first: element [axis, component].</summary>
    /// <param name="vectors">[count, dimension].</param>
    public static double[,] Of(ReadOnlySpan<float> vectors, int dimension)
    {
        var (values, axes) = Diagonalize(Covariance(vectors, dimension));
        var order = Enumerable.Range(0, dimension).OrderByDescending(axis => values[axis]).ThenBy(axis => axis).ToArray();
        var sorted = new double[dimension, dimension];
        for (var axis = 0; axis < dimension; axis++)
        {
            for (var i = 0; i < dimension; i++)
                sorted[axis, i] = axes[i, order[axis]];
        }

        return sorted;
    }

    private static double[,] Covariance(ReadOnlySpan<float> vectors, int dimension)
    {
        var count = vectors.Length / dimension;
        var mean = new double[dimension];
        for (var i = 0; i < vectors.Length; i++)
            mean[i % dimension] += (double)vectors[i] / count;
        var covariance = new double[dimension, dimension];
        for (var n = 0; n < count; n++)
        {
            var vector = vectors.Slice(n * dimension, dimension);
            for (var i = 0; i < dimension; i++)
            {
                for (var j = 0; j <= i; j++)
                    covariance[i, j] += (vector[i] - mean[i]) * (vector[j] - mean[j]) / count;
            }
        }

        for (var i = 0; i < dimension; i++)
        {
            for (var j = i + 1; j < dimension; j++)
                covariance[i, j] = covariance[j, i];
        }

        return covariance;
    }

    /// <summary>Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi rotations (Golub and Van Loan, "Matrix computations", 8.5).</summary>
    private static (double[] Values, double[,] Vectors) Diagonalize(double[,] a)
    {
        var n = a.GetLength(0);
        var v = new double[n, n];
        for (var i = 0; i < n; i++)
            v[i, i] = 1;
        for (var sweep = 0; sweep < MaximumSweeps; sweep++)
        {
            double off = 0, all = 0;
            for (var p = 0; p < n; p++)
            {
                for (var q = 0; q < n; q++)
                {
                    all += a[p, q] * a[p, q];
                    off += p == q ? 0 : a[p, q] * a[p, q];
                }
            }

            if (off <= 1e-24 * all)
                break;
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                    Rotate(a, v, p, q);
            }
        }

        return ([.. Enumerable.Range(0, n).Select(i => a[i, i])], v);
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (a[p, q] == 0)
            return;
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var tangent = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var cosine = 1 / Math.Sqrt(tangent * tangent + 1);
        var sine = tangent * cosine;
        var n = a.GetLength(0);
        for (var k = 0; k < n; k++)
            (a[k, p], a[k, q]) = (cosine * a[k, p] - sine * a[k, q], sine * a[k, p] + cosine * a[k, q]);
        for (var k = 0; k < n; k++)
            (a[p, k], a[q, k]) = (cosine * a[p, k] - sine * a[q, k], sine * a[p, k] + cosine * a[q, k]);
        for (var k = 0; k < n; k++)
            (v[k, p], v[k, q]) = (cosine * v[k, p] - sine * v[k, q], sine * v[k, p] + cosine * v[k, q]);
    }
}
