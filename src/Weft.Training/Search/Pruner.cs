namespace Weft.Training;

/// <summary>
/// Ends trials early. It keeps nothing between two calls: the same trial, rung and values give the same answer in any process.
/// </summary>
internal abstract record Pruner
{
    /// <summary>After which epochs it looks at a trial: rising, all below <paramref name="epochs"/>.</summary>
    public abstract IReadOnlyList<int> Rungs(int epochs);

    /// <summary>Whether a trial goes on after a rung.</summary>
    /// <param name="number">The trial's.</param>
    /// <param name="rung">An index into <see cref="Rungs"/>.</param>
    /// <param name="values">Its value after each epoch up to this rung's; smaller is better, NaN where there is none.</param>
    /// <param name="others">The same of each other trial that it may see, up to this rung's epoch at most; one that ended before is shorter.</param>
    public abstract bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others);

    /// <summary>⌊first·factor^k⌋ for k = 0, 1 … as far as it is below <paramref name="end"/>, each once.</summary>
    protected static IReadOnlyList<int> Rising(double first, double factor, int end)
    {
        var rungs = new List<int>();
        for (var rung = first; rung < end && rungs.Count < end; rung *= factor)
        {
            if (rung >= 1 && (rungs.Count == 0 || (int)rung > rungs[^1]))
                rungs.Add((int)rung);
        }

        return rungs;
    }
}
