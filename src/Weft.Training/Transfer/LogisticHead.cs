namespace Weft.Training;

/// <summary>How a <see cref="LogisticHead"/> is fitted.</summary>
internal sealed record LogisticOptions
{
    /// <value>λ, the factor of ‖W‖²/2 on standardized features. Default: 0.03.</value>
    public double Strength { get; init; } = 0.03;

    /// <value>By row of the table, how much it counts. Default: all the same.</value>
    public IReadOnlyList<float>? SampleWeights { get; init; }

    /// <value>By class, how much its rows count besides. Default: all the same.</value>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <value>τ: while it is fitted, τ·log π is added to the logits, π being the classes' shares of the rows. Default: 0, nothing.</value>
    public double LogitAdjustment { get; init; }

    /// <value>Threads; they change no bit. Default: one a core.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <value>The Euclidean length of the gradient that ends the fit. Default: 1e-6.</value>
    public double Tolerance { get; init; } = 1e-6;

    /// <value>Default: 2,000.</value>
    public int MostIterations { get; init; } = 2_000;
}

/// <summary>A classifier that was fitted.</summary>
/// <param name="Loss">The mean cross-entropy and the penalty.</param>
/// <param name="GradientNorm">At the end; above the tolerance where the iterations were not enough.</param>
/// <param name="Point">On standardized features, to begin another fit from.</param>
internal sealed record LogisticFit(LinearWeights Weights, double Loss, double GradientNorm, int Iterations, double[] Point);

/// <summary>
/// Multinomial logistic regression on features: the classifier of a frozen network. Its loss has one minimum, so there is no seed, no learning rate and no
/// epoch, and the same rows give the same bits at any number of threads.
/// </summary>
/// <remarks>
/// loss(W, b) = Σ wᵢ·(−log softmax(W·zᵢ + b + τ·log π)[yᵢ]) / Σ wᵢ + λ/2·‖W‖², in nats, where z = (x − mean) / deviation over the rows fitted, each row counted
/// once; the weight wᵢ is the row's times its class's. A feature that is the same in all rows has no weight. The bias is not penalized. scikit-learn's C is
/// 1/(n·λ). The logit adjustment is that of Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, eq. 10; a class without rows counts half a one.
/// </remarks>
internal static class LogisticHead
{
    /// <param name="rows">The rows to fit. Default: all.</param>
    /// <param name="start">A fit of the same rows to begin from. Default: zero.</param>
    /// <exception cref="ArgumentException">There are no rows, a label is no class, weights are negative or all 0, or a feature is not finite.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static LogisticFit Fit(
        FeatureTable table, int classes, LogisticOptions options, IReadOnlyList<int>? rows = null, LogisticFit? start = null,
        CancellationToken cancellationToken = default)
    {
        var objective = Objective(table, classes, options, rows, cancellationToken);
        var point = start is null ? new double[objective.Length] : [.. start.Point];
        var (loss, norm, iterations) = LimitedMemoryBfgs.Minimize(
            objective.Evaluate, point, options.Tolerance, options.MostIterations, cancellationToken);
        return new LogisticFit(objective.ToLayer(point), loss, norm, iterations, point);
    }

    internal static LogisticObjective Objective(
        FeatureTable table, int classes, LogisticOptions options, IReadOnlyList<int>? rows, CancellationToken cancellationToken = default)
    {
        int[] chosen = [.. rows ?? [.. Enumerable.Range(0, table.Count)]];
        var counts = new double[classes];
        var weights = new double[chosen.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            var label = table.Labels[chosen[i]];
            if (label < 0 || label >= classes)
                throw new ArgumentException($"Label {label} is none of {classes} classes.", nameof(table));
            counts[label]++;
            weights[i] = (options.SampleWeights?[chosen[i]] ?? 1) * (options.ClassWeights?[label] ?? 1);
        }

        if (!(weights.Sum() > 0) || weights.Any(weight => !(weight >= 0)))
            throw new ArgumentException("Rows to fit need weights that are not negative and not all 0.", nameof(rows));
        var offsets = Array.ConvertAll(counts, count => options.LogitAdjustment * Math.Log((count > 0 ? count : 0.5) / chosen.Length));
        return new LogisticObjective(
            table, chosen, classes, weights, options.LogitAdjustment == 0 ? new double[classes] : offsets, options.Strength,
            new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken });
    }
}
