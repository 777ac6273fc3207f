namespace Weft.Training;

/// <summary>How the strength of a head's penalty is chosen.</summary>
internal sealed record HeadSearchOptions
{
    /// <value>What is tried. Default: 1e-4 to 1 in steps of about three.</value>
    public IReadOnlyList<double> Strengths { get; init; } = [1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1];

    /// <value>
    /// Whether the accuracy decides and not the loss. Default: false; among some hundred pictures one more or less is chance, while the loss uses every
    /// probability.
    /// </value>
    public bool ByAccuracy { get; init; }

    /// <value>How many pictures the learning curve's points are made from; those that are not there are left out. Default: 100, 300, 1,000 …</value>
    public IReadOnlyList<int> CurveSizes { get; init; } = [100, 300, 1_000, 3_000, 10_000, 30_000];

    /// <value>Orders the pictures of the learning curve. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>Everything but the strength. Default: the initial values.</value>
    public LogisticOptions Head { get; init; } = new();
}

/// <summary>What pictures out of the fold said about a strength.</summary>
/// <param name="Loss">The mean cross-entropy, in nats.</param>
internal sealed record StrengthPoint(double Strength, double Loss, double Accuracy);

/// <summary>A point of a learning curve: the accuracy out of the fold of heads that so many pictures were fitted to.</summary>
internal sealed record HeadLearningPoint(int Pictures, double Accuracy);

/// <summary>A head with the strength that cross-validation chose, and what the cross-validation says.</summary>
internal sealed record HeadSearchResult
{
    /// <summary>Fitted to all pictures.</summary>
    public required LogisticFit Head { get; init; }

    public required double Strength { get; init; }

    /// <summary>From the strongest; weaker ones than two that made the loss rise were not tried.</summary>
    public required IReadOnlyList<StrengthPoint> Path { get; init; }

    /// <summary>A row for each picture, by the head that was fitted without its fold. It chose among strengths, which flatters it a little.</summary>
    public required PredictionTable OutOfFold { get; init; }

    public required IReadOnlyList<double> FoldAccuracies { get; init; }

    public required double Accuracy { get; init; }

    /// <summary>The accuracy's, as if each picture were drawn by itself.</summary>
    public required ShareInterval Interval { get; init; }

    /// <summary>The mean over the classes of the share of their pictures that were recognized.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>The accuracy of whoever always says the most frequent class.</summary>
    public required double Majority { get; init; }

    /// <summary>The accuracy of whoever says the class of the most similar picture of another fold.</summary>
    public required double NearestNeighbour { get; init; }

    public required IReadOnlyList<HeadLearningPoint> Curve { get; init; }
}

/// <summary>
/// Chooses the strength of a head's penalty by cross-validation. A picture may have several rows, its views, which have its number: all are in one fold, all
/// are fitted to, and a prediction is the mean of their probabilities.
/// </summary>
internal sealed class HeadSearch
{
    private const int RisesThatAreEnough = 2;
    private const double LeastProbability = 1e-30;

    private readonly FeatureTable _table;
    private readonly int _classes;
    private readonly HeadSearchOptions _options;
    private readonly CancellationToken _stop;
    private readonly int[] _numbers;     // of the pictures, in the order of their first rows
    private readonly int[] _labels;      // of the pictures
    private readonly int[] _folds;       // of the pictures
    private readonly int[][] _rows;      // of the pictures
    private readonly int _foldCount;

    private HeadSearch(FeatureTable table, int classes, IReadOnlyList<int> folds, HeadSearchOptions options, CancellationToken cancellationToken)
    {
        (_table, _classes, _options, _stop) = (table, classes, options, cancellationToken);
        if (folds.Count != table.Count)
            throw new ArgumentException($"{folds.Count} folds were given for {table.Count} rows.", nameof(folds));
        _rows = [.. Enumerable.Range(0, table.Count).GroupBy(row => table.Indices[row]).Select(views => views.ToArray())];
        foreach (var views in _rows)
        {
            if (views.Any(row => folds[row] != folds[views[0]] || table.Labels[row] != table.Labels[views[0]]))
                throw new ArgumentException($"The views of picture {table.Indices[views[0]]} differ in their class or their fold.", nameof(folds));
        }

        _numbers = [.. _rows.Select(views => table.Indices[views[0]])];
        _labels = [.. _rows.Select(views => table.Labels[views[0]])];
        _folds = [.. _rows.Select(views => folds[views[0]])];
        _foldCount = folds.Max() + 1;
        if (_foldCount < 2 || Enumerable.Range(0, _foldCount).Any(fold => !_folds.Contains(fold)))
            throw new ArgumentException("Folds are numbers from 0 on, two at least, each with a picture.", nameof(folds));
    }

    /// <param name="folds">Each row's, from 0 on.</param>
    /// <param name="device">Compares pictures for the nearest neighbour.</param>
    /// <exception cref="ArgumentException">The folds are no folds, or as <see cref="LogisticHead.Fit"/>.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static HeadSearchResult Run(
        FeatureTable table, int classes, IReadOnlyList<int> folds, HeadSearchOptions options, Device device, CancellationToken cancellationToken = default) =>
        new HeadSearch(table, classes, folds, options, cancellationToken).Run(device);

    private HeadSearchResult Run(Device device)
    {
        var path = new List<StrengthPoint>();
        var fits = new LogisticFit?[_foldCount];
        (StrengthPoint Point, double[] Probabilities)? best = null;
        foreach (var strength in _options.Strengths.OrderDescending())
        {
            var probabilities = new double[_labels.Length * _classes];
            for (var fold = 0; fold < _foldCount; fold++)
            {
                fits[fold] = Fit(strength, RowsOutside(fold), fits[fold]);
                Predict(fits[fold]!.Weights, fold, probabilities);
            }

            var point = new StrengthPoint(strength, Enumerable.Range(0, _labels.Length).Average(i => Loss(probabilities, i)), Accuracy(probabilities));
            if (best is null || (_options.ByAccuracy ? point.Accuracy > best.Value.Point.Accuracy : point.Loss < best.Value.Point.Loss))
                best = (point, probabilities);
            path.Add(point);
            if (!_options.ByAccuracy && path.Count > RisesThatAreEnough
                && Enumerable.Range(path.Count - RisesThatAreEnough, RisesThatAreEnough).All(i => path[i].Loss > path[i - 1].Loss))
                break;
        }

        var (chosen, outOfFold) = best!.Value;
        var isRight = Enumerable.Range(0, _labels.Length).Select(i => IsRight(outOfFold, i)).ToArray();
        var perClass = ClassCounts.Of(_labels, _classes).PerClass;
        return new HeadSearchResult
        {
            Head = Fit(chosen.Strength, null, null),
            Strength = chosen.Strength,
            Path = path,
            OutOfFold = new PredictionTable(
                _numbers, _labels, Array.ConvertAll(outOfFold, value => (float)value),
                [.. Enumerable.Range(0, _labels.Length).Select(i => (float)Loss(outOfFold, i))], _classes),
            FoldAccuracies = [.. Enumerable.Range(0, _foldCount).Select(fold => Share(isRight.Where((_, i) => _folds[i] == fold)))],
            Accuracy = chosen.Accuracy,
            Interval = ShareInterval.Wilson(isRight.Count(right => right), isRight.Length),
            BalancedAccuracy = Enumerable.Range(0, _classes).Where(label => perClass[label] > 0)
                .Average(label => Share(isRight.Where((_, i) => _labels[i] == label))),
            Majority = perClass.Max() / (double)_labels.Length,
            NearestNeighbour = NearestNeighbour(device),
            Curve = [.. _options.CurveSizes.Where(IsSmaller).Select(size => CurvePoint(size, chosen.Strength)),
                new HeadLearningPoint(_labels.Length - _labels.Length / _foldCount, chosen.Accuracy)],
        };
    }

    private LogisticFit Fit(double strength, int[]? rows, LogisticFit? start) =>
        LogisticHead.Fit(_table, _classes, _options.Head with { Strength = strength }, rows, start, _stop);

    private int[] RowsOutside(int fold) => [.. Enumerable.Range(0, _rows.Length).Where(i => _folds[i] != fold).SelectMany(i => _rows[i])];

    private void Predict(LinearWeights head, int fold, double[] probabilities)
    {
        for (var i = 0; i < _rows.Length; i++)
        {
            if (_folds[i] != fold)
                continue;
            var own = probabilities.AsSpan(i * _classes, _classes);
            foreach (var row in _rows[i])
                head.AddProbabilities(_table.Row(row), own);
            foreach (ref var value in own)
                value /= _rows[i].Length;
        }
    }

    private double Loss(double[] probabilities, int picture) => -Math.Log(Math.Max(probabilities[picture * _classes + _labels[picture]], LeastProbability));

    private bool IsRight(double[] probabilities, int picture)
    {
        var own = probabilities.AsSpan(picture * _classes, _classes);
        var most = 0;
        for (var k = 1; k < own.Length; k++)
            most = own[k] > own[most] ? k : most;
        return most == _labels[picture];
    }

    private double Accuracy(double[] probabilities) => Share(Enumerable.Range(0, _labels.Length).Select(i => IsRight(probabilities, i)));

    private static double Share(IEnumerable<bool> isRight) => isRight.Average(right => right ? 1.0 : 0);

    // Fewer pictures than each fold leaves.
    private bool IsSmaller(int size) => Enumerable.Range(0, _foldCount).All(fold => size < _folds.Count(other => other != fold));

    // Each size has the pictures of the smaller ones: all are the first of one order, without those of the fold.
    private HeadLearningPoint CurvePoint(int size, double strength)
    {
        var order = Rng.For(_options.Seed, RngPurpose.Analysis).Permutation(_rows.Length);
        var probabilities = new double[_labels.Length * _classes];
        for (var fold = 0; fold < _foldCount; fold++)
        {
            int[] rows = [.. order.Where(i => _folds[i] != fold).Take(size).SelectMany(i => _rows[i])];
            Predict(Fit(strength, rows, null).Weights, fold, probabilities);
        }

        return new HeadLearningPoint(size, Accuracy(probabilities));
    }

    private double NearestNeighbour(Device device)
    {
        var picture = new int[_table.Count];
        for (var i = 0; i < _rows.Length; i++)
            foreach (var row in _rows[i])
                picture[row] = i;
        var nearest = new (float Similarity, int Label)[_rows.Length];
        Array.Fill(nearest, (float.NegativeInfinity, -1));
        var table = _table.Normalized();
        NearestNeighbours.Visit(device, table, table, (query, first, similarities) =>
        {
            var own = picture[query];
            for (var i = 0; i < similarities.Length; i++)
            {
                if (similarities[i] > nearest[own].Similarity && _folds[picture[first + i]] != _folds[own])
                    nearest[own] = (similarities[i], table.Labels[first + i]);
            }
        }, _stop);
        return Share(nearest.Select((found, i) => found.Label == _labels[i]));
    }
}
