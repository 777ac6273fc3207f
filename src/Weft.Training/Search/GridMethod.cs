namespace Weft.Training;

/// <summary>
/// All combinations of values, in W&amp;B's order: the last parameter varies fastest. A whole number takes all its values; a number with a step begins at its
/// minimum and ends before its maximum. The combination of trial 0 does not come again.
/// </summary>
internal sealed class GridMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    private readonly IReadOnlyList<string>[] _values = [.. space.Parameters.Select(Values)];

    /// <summary>Whether a grid can have this parameter: one with a list of choices, whole numbers between bounds, or a uniform number with a step.</summary>
    public static bool Takes(SearchParameter parameter) => parameter is CategoricalParameter { Probabilities: null }
        or NumericParameter { Distribution: UniformDistribution, Grain: not null } or NumericParameter { Count: 1 };

    /// <summary>How many combinations there are, that of trial 0 included where it is one of them.</summary>
    public long Points => (long)Math.Min(1e15, _values.Aggregate(1.0, (product, values) => product * values.Count));

    public override IReadOnlyList<string>? Suggest(int number, IReadOnlyList<SeenTrial> seen)
    {
        long index = number - 1;
        if (seen is [var first, ..] && IndexOf(first.Settings) is { } taken && index >= taken)
            index++;
        return index < Points ? At(index) : null;
    }

    /// <summary>The combination with this index, from 0.</summary>
    public IReadOnlyList<string> At(long index)
    {
        var settings = new string[_values.Length];
        for (var i = settings.Length - 1; i >= 0; i--)
        {
            settings[i] = _values[i][(int)(index % _values[i].Count)];
            index /= _values[i].Count;
        }

        return settings;
    }

    private long? IndexOf(IReadOnlyList<string> settings)
    {
        var index = 0L;
        for (var i = 0; i < _values.Length; i++)
        {
            var (text, isNumber) = (settings[i], Space.Parameters[i] is NumericParameter);
            bool IsSame(string value) => value == text || (isNumber && NumericParameter.Value(value) == NumericParameter.Value(text));
            var place = _values[i].Index().FirstOrDefault(known => IsSame(known.Item), (Index: -1, Item: "")).Index;
            if (place < 0)
                return null;
            index = index * _values[i].Count + place;
        }

        return index;
    }

    private static IReadOnlyList<string> Values(SearchParameter parameter)
    {
        if (!Takes(parameter))
            throw new ArgumentException($"A grid has no values of {parameter.Key}.", nameof(parameter));
        if (parameter is CategoricalParameter categorical)
            return [.. categorical.Choices.Distinct(StringComparer.Ordinal)];
        var numeric = (NumericParameter)parameter;
        var (low, high) = numeric.Distribution.Bounds;
        if (low == high)
            return [numeric.Text(low)];
        if (numeric.Step is not { } step)
        {
            var (first, last) = numeric.Multiples((low, high));
            return [.. Enumerable.Range(0, (int)Math.Min(int.MaxValue - 1, last - first) + 1).Select(index => numeric.Text(first + index))];
        }

        var count = (int)Math.Min(int.MaxValue, Math.Ceiling((high - low) / step));
        return [.. Enumerable.Range(0, count).Select(index => Written(numeric, low + index * step)).Distinct(StringComparer.Ordinal)];
    }

    // A grid's values begin at the minimum and need not be multiples of the step.
    private static string Written(NumericParameter parameter, double value) => (parameter with { Step = null }).Text(value);
}
