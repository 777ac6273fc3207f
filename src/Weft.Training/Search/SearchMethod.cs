namespace Weft.Training;

/// <summary>
/// Chooses the settings of trials. A method keeps nothing between two calls: the same number and the same trials give the same settings in any process.
/// </summary>
internal abstract class SearchMethod(SearchSpace space, long seed)
{
    public SearchSpace Space { get; } = space;

    public long Seed { get; } = seed;

    /// <summary>The settings of a trial.</summary>
    /// <param name="number">From 1: trial 0 is the default, which no method suggests.</param>
    /// <param name="seen">What it may know of the trials 0 to <paramref name="number"/> − 1, in this order.</param>
    /// <returns>As <see cref="SearchSpace"/> orders them; null where there are no further ones.</returns>
    public abstract IReadOnlyList<string>? Suggest(int number, IReadOnlyList<SeenTrial> seen);
}
