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
    /// <param name="values">Its value after each epoch so far; smaller is better, NaN where there is none.</param>
    /// <param name="others">The same of each other trial that it may see, up to this rung's epoch at most; one that ended before is shorter.</param>
    public abstract bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others);
}
