namespace Weft.Training;

/// <summary>
/// A parameter as models see it: the places 0 to 1 of a number, on a logarithmic scale where its draws have one, or the index of a choice. Values that are
/// rounded have a cell of places each; the cells of the first and the last one end at 0 and 1.
/// </summary>
internal sealed class SearchAxis
{
    private readonly SearchParameter _parameter;
    private readonly NumericParameter? _number;
    private readonly double _low, _high; // of the scale: a value or its logarithm
    private readonly double _first; // the first multiple of the grain

    public SearchAxis(SearchParameter parameter)
    {
        _parameter = parameter;
        if (parameter is CategoricalParameter { Choices.Count: var choices })
        {
            (IsCategorical, Levels) = (true, choices);
            return;
        }

        _number = (NumericParameter)parameter;
        var (low, high) = _number.Distribution.Range;
        if (_number.Grain is { } grain)
        {
            (_first, var last) = _number.Multiples((low, high));
            (Levels, low, high) = ((long)Math.Min(1e15, last - _first) + 1, (_first - 0.5) * grain, (last + 0.5) * grain);
            if (_number.Distribution.IsLogarithmic && low <= 0)
                low = grain / 4; // the only value is 0
        }

        (_low, _high) = (Scale(low), Scale(high));
    }

    public bool IsCategorical { get; }

    /// <summary>How many different values there are; 0: no value is rounded by more than the digits that are written.</summary>
    public long Levels { get; }

    /// <summary>Whether all trials have the same value, so that a model learns nothing from it.</summary>
    public bool IsFixed => _parameter.Count == 1;

    /// <summary>
    /// Where a value lies. Values outside are moved to the nearest end; a text that is no number lies in the middle; a choice that is none of the
    /// parameter's is −1.
    /// </summary>
    public double Place(string text)
    {
        if (_number is null)
            return ((CategoricalParameter)_parameter).IndexOf(text);
        var value = NumericParameter.Value(text);
        if (double.IsNaN(value) || _high <= _low)
            return 0.5;
        return _number.Grain is { } grain ? OfLevel((long)Math.Clamp(Math.Round(value / grain) - _first, 0, Levels - 1)) : Unit(value);
    }

    /// <summary>The value at a place, as a configuration writes it.</summary>
    public string Text(double place)
    {
        if (_number is null)
            return ((CategoricalParameter)_parameter).Choices[(int)place];
        if (_number.Grain is { } grain)
            return _number.Text((_first + LevelAt(place)) * grain);
        var scaled = _low + place * (_high - _low);
        return _number.Text(_number.Distribution.IsLogarithmic ? Math.Exp(scaled) : scaled);
    }

    /// <summary>The place of a value by its index.</summary>
    /// <param name="level">From 0 to <see cref="Levels"/> − 1.</param>
    public double OfLevel(long level) => _number is null ? level : Unit((_first + level) * _number.Grain!.Value);

    /// <summary>Which value a place belongs to.</summary>
    public long LevelAt(double place)
    {
        if (_number is null)
            return (long)place;
        var scaled = _low + place * (_high - _low);
        var value = _number.Distribution.IsLogarithmic ? Math.Exp(scaled) : scaled;
        return (long)Math.Clamp(Math.Round(value / _number.Grain!.Value) - _first, 0, Levels - 1);
    }

    /// <summary>The places that are rounded to the same value as this one.</summary>
    public (double Low, double High) Cell(double place)
    {
        var (level, grain) = (LevelAt(place), _number!.Grain!.Value);
        return (level == 0 ? 0 : Unit((_first + level - 0.5) * grain), level == Levels - 1 ? 1 : Unit((_first + level + 0.5) * grain));
    }

    /// <summary>The place of the value that is written for a share of the axis: of a choice its index.</summary>
    /// <param name="share">In [0, 1).</param>
    public double Snap(double share) => IsCategorical ? Math.Floor(share * Levels) : Levels > 0 ? OfLevel(LevelAt(share)) : share;

    private double Unit(double value) => Math.Clamp((Scale(value) - _low) / (_high - _low), 0, 1);

    private double Scale(double value) => !_number!.Distribution.IsLogarithmic ? value : value > 0 ? Math.Log(value) : double.NegativeInfinity;
}
