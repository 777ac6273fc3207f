using System.Globalization;

namespace Weft.Training.Tests.Search;

/// <summary>
/// How near searches of 60 trials come to the minimum of known functions. <c>WEFT_SEARCH_SEEDS</c> names the first and the last seed and
/// <c>WEFT_SEARCH_LOG</c> a file that gets a line for each search; <c>eng/searchquality.cs</c> sets both, and draws up the table.
/// </summary>
public class SearchQualityTests
{
    private const int Trials = 60;

    /// <param name="Value">How far above the minimum, by the values of the parameters.</param>
    internal sealed record Function(string Name, SearchSpace Space, string[] Default, Func<IReadOnlyList<string>, double> Value)
    {
        public static Function Of(string name, int dimensions, double low, double high, double start, Func<double[], double> value) => new(
            name, new SearchSpace([.. Enumerable.Range(1, dimensions).Select(i => new NumericParameter($"x{i}", new UniformDistribution(low, high)))]),
            [.. Enumerable.Repeat(start.ToString(CultureInfo.InvariantCulture), dimensions)],
            settings => value([.. settings.Select(NumericParameter.Value)]));
    }

    // The same in bench/peers/search.py.
    internal static readonly Function[] Functions =
    [
        new(
            "branin", new SearchSpace(
                [new NumericParameter("x1", new UniformDistribution(-5, 10)), new NumericParameter("x2", new UniformDistribution(0, 15))]),
            ["-2", "3"], settings => Branin(NumericParameter.Value(settings[0]), NumericParameter.Value(settings[1]))),
        Function.Of("hartmann6", 6, 0, 1, 0.2, Hartmann),
        Function.Of("ackley5", 5, -32.768, 32.768, -20, x => -20 * Math.Exp(-0.2 * Math.Sqrt(x.Sum(u => u * u) / 5))
            - Math.Exp(x.Sum(u => Math.Cos(2 * Math.PI * u)) / 5) + 20 + Math.E),
        Function.Of("rosenbrock5", 5, -5, 10, -2, x => x.Zip(x.Skip(1), (a, b) => 100 * Math.Pow(b - a * a, 2) + Math.Pow(1 - a, 2)).Sum()),
        new(
            "mixed", new SearchSpace(
            [
                new CategoricalParameter("x1", ["a", "b", "c", "d"]), new NumericParameter("x2", new LogUniformDistribution(1e-5, 1)),
                new NumericParameter("x3", new UniformDistribution(0, 1)), new NumericParameter("x4", new LogUniformDistribution(1, 64), IsInteger: true),
            ]),
            ["d", "0.1", "0.2", "2"], Mixed),
    ];

    private static readonly (string Name, Func<SearchSpace, long, SearchMethod> Make)[] Methods =
    [
        ("random", (space, seed) => new RandomMethod(space, seed)), ("sobol", (space, seed) => new SobolMethod(space, seed)),
        ("tpe", (space, seed) => new ParzenMethod(space, seed)), ("gp", (space, seed) => new GaussianProcessMethod(space, seed)),
    ];

    private static double Branin(double x, double y) => Math.Pow(y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6, 2)
        + 10 * (1 - 1 / (8 * Math.PI)) * Math.Cos(x) + 10 - 0.39788735772973816;

    private static double Hartmann(double[] x)
    {
        double[] heights = [1, 1.2, 3, 3.2];
        double[][] widths = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];
        double[][] places =
        [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ];
        return 3.322368011391339 - heights.Index().Sum(hill =>
            hill.Item * Math.Exp(-x.Index().Sum(axis => widths[hill.Index][axis.Index] * Math.Pow(axis.Item - places[hill.Index][axis.Index], 2))));
    }

    private static double Mixed(IReadOnlyList<string> settings)
    {
        var (kind, rate) = (settings[0][0] - 'a', Math.Log10(NumericParameter.Value(settings[1])));
        var (share, count) = (NumericParameter.Value(settings[2]), Math.Log2(NumericParameter.Value(settings[3])));
        return 0.15 * kind + 0.5 * Math.Pow(rate + 2 + 0.5 * kind, 2) + 4 * Math.Pow(share - 0.2 - 0.2 * kind, 2) + 0.1 * Math.Pow(count - 4, 2);
    }

    private static double Best(Function function, SearchMethod method, int trials)
    {
        List<SeenTrial> seen = [new SeenTrial(0, function.Default, SeenState.Finished, function.Value(function.Default), 1)];
        while (seen.Count < trials && method.Suggest(seen.Count, seen) is { } settings)
            seen.Add(new SeenTrial(seen.Count, settings, SeenState.Finished, function.Value(settings), 1));
        return seen.Min(trial => trial.Value);
    }

    [Fact]
    public void Models_beat_random_draws()
    {
        if (Environment.GetEnvironmentVariable("WEFT_SEARCH_SEEDS") is { } range && Environment.GetEnvironmentVariable("WEFT_SEARCH_LOG") is { } log)
        {
            Record(range, log);
            return;
        }

        foreach (var function in new[] { Functions[0], Functions[4] })
        {
            // The process takes its time: fewer and shorter searches show it.
            double Median(int method, int seeds, int trials) =>
                Enumerable.Range(0, seeds).Select(seed => Best(function, Methods[method].Make(function.Space, seed), trials)).Order().ElementAt(seeds / 2);
            Assert.InRange(Median(2, 9, 50), 0, Median(0, 9, 50));
            Assert.InRange(Median(3, 3, 30), 0, Median(0, 3, 30) / 3);
        }
    }

    private static void Record(string range, string log)
    {
        int[] ends = [.. range.Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        using var lines = new StreamWriter(log) { AutoFlush = true };
        foreach (var function in Functions)
        {
            lines.WriteLine(string.Create(CultureInfo.InvariantCulture, $"default {function.Name} {function.Value(function.Default):R}"));
            for (var seed = ends[0]; seed <= ends[1]; seed++)
            {
                foreach (var (name, make) in Methods)
                {
                    var best = Best(function, make(function.Space, seed), Trials);
                    lines.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{function.Name} {name} {seed} {best:R}"));
                }
            }
        }
    }
}
