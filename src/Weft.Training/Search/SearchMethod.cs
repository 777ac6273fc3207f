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

    /// <summary>Random numbers of one purpose: of each trial those of its own.</summary>
    protected Rng Random(SearchDraw purpose, int number) => Stream(Seed, purpose).Derive(number);

    protected static Rng Stream(long seed, SearchDraw purpose) => Rng.For(seed, RngPurpose.Search).Derive((ulong)purpose);
}

/// <summary>What a random number of a search is for. The numbers are part of every sweep's bits: append only.</summary>
internal enum SearchDraw
{
    Settings = 1,
    Shift = 2,
    Candidates = 3,
    Starts = 4,
}
