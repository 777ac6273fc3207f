using System.Diagnostics;

namespace Weft.Lab;

/// <summary>A rung that computes what it should, and how fast.</summary>
/// <param name="Error">Relative L2 distance from the definition.</param>
/// <param name="Best">Milliseconds of the fastest run.</param>
/// <param name="Median">Milliseconds.</param>
internal sealed record RungResult(Rung Rung, double Error, double Best, double Median, int Runs);

internal static class Measurement
{
    /// <exception cref="InvalidOperationException">The rung computes something else than the definition.</exception>
    public static double Check(Ladder ladder, Rung rung)
    {
        ladder.Reset();
        rung.Run();
        var error = ladder.Error();
        return error <= ladder.Bound
            ? error
            : throw new InvalidOperationException($"{ladder.Title}: '{rung.Name}' is {error:g3} away from the definition; at most {ladder.Bound:g3} is right.");
    }

    /// <summary>Checks, and runs again and again for <paramref name="seconds"/>, at least once.</summary>
    public static RungResult Take(Ladder ladder, Rung rung, double seconds)
    {
        var error = Check(ladder, rung);
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        do
        {
            var before = Stopwatch.GetTimestamp();
            rung.Run();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        times.Sort();
        return new RungResult(rung, error, times[0], (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2, times.Count);
    }
}
