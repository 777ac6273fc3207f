namespace Weft.Tests;

internal static class Allocations
{
    private const int Rounds = 3;

    /// <summary>
    /// The bytes that <paramref name="work"/> adds to the count, the least of three rounds: what the runtime allocates once, whenever that is, shows in one of
    /// them; whatever the work allocates shows in all.
    /// </summary>
    public static long Least(Func<long> count, Action work)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = count();
            work();
            least = Math.Min(least, count() - before);
        }

        return least;
    }
}
