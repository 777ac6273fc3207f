namespace Weft.Training;

/// <summary>What is searched. The settings of a trial are one text for each parameter, in this order, as a configuration writes them.</summary>
/// <param name="Parameters">By ordinal order of their keys, each key once.</param>
internal sealed record SearchSpace(IReadOnlyList<SearchParameter> Parameters)
{
    // Beyond this many settings a free one is found by drawing.
    private const long MostListed = 10_000;

    private const int MostDraws = 64;

    /// <summary>How many different settings there are; null: more than anybody would count.</summary>
    public long? Count
    {
        get
        {
            var product = 1.0;
            foreach (var parameter in Parameters)
                product *= parameter.Count ?? double.PositiveInfinity;
            return product < 1e15 ? (long)product : null;
        }
    }

    /// <summary>Independent draws by the distributions.</summary>
    public IReadOnlyList<string> Draw(Rng rng) => [.. Parameters.Select((parameter, index) => parameter.Draw(rng.Double(index)))];

    /// <summary>The settings at a point of the unit cube: each coordinate is the share of its parameter's draws that lies below.</summary>
    public IReadOnlyList<string> At(IReadOnlyList<double> point) => [.. Parameters.Select((parameter, index) => parameter.Draw(point[index]))];

    /// <summary>Settings that no trial has: draws, and one of the remaining ones where few remain. Where none remains they are those of some trial.</summary>
    public IReadOnlyList<string> DrawUnseen(Rng rng, IReadOnlyList<SeenTrial> seen)
    {
        var taken = Taken(seen);
        for (var attempt = 0; attempt < MostDraws; attempt++)
        {
            var settings = Draw(rng.Derive(attempt));
            if (!taken.Contains(settings))
                return settings;
        }

        if (Count <= MostListed && Remaining(taken) is { Count: > 0 } remaining)
            return remaining[rng.Derive(MostDraws).Int(0, remaining.Count)];
        return Draw(rng.Derive(MostDraws));
    }

    /// <summary>The settings of these trials, to be looked up.</summary>
    public static HashSet<IReadOnlyList<string>> Taken(IReadOnlyList<SeenTrial> seen) => new(seen.Select(trial => trial.Settings), new SameTexts());

    private List<IReadOnlyList<string>> Remaining(HashSet<IReadOnlyList<string>> taken)
    {
        IEnumerable<IReadOnlyList<string>> all = [[]];
        foreach (var parameter in Parameters)
        {
            var values = Values(parameter);
            all = all.SelectMany(_ => values, (settings, value) => (IReadOnlyList<string>)[.. settings, value]);
        }

        return [.. all.Where(settings => !taken.Contains(settings))];
    }

    private static List<string> Values(SearchParameter parameter)
    {
        if (parameter is CategoricalParameter categorical)
            return [.. categorical.Choices.Distinct(StringComparer.Ordinal)];
        var numeric = (NumericParameter)parameter;
        if (numeric.Grain is not { } grain)
            return [numeric.Text(numeric.Distribution.Bounds.Low)];
        var (first, last) = numeric.Multiples(numeric.Distribution.Bounds);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(index => numeric.Text((first + index) * grain))];
    }

    private sealed class SameTexts : IEqualityComparer<IReadOnlyList<string>>
    {
        public bool Equals(IReadOnlyList<string>? x, IReadOnlyList<string>? y) =>
            x is null ? y is null : y is not null && x.SequenceEqual(y, StringComparer.Ordinal);

        public int GetHashCode(IReadOnlyList<string> obj)
        {
            var hash = new HashCode();
            foreach (var text in obj)
                hash.Add(text, StringComparer.Ordinal);
            return hash.ToHashCode();
        }
    }
}
