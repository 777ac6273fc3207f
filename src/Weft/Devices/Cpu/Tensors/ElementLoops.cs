using System.Numerics;

namespace Weft.Devices.Cpu;

/// <summary>Vector loops over spans of equal length. The rest that fills no vector goes element by element through the same operations.</summary>
internal static class ElementLoops
{
    /// <summary>destination ← scale · source.</summary>
    public static void Scale(Span<float> destination, ReadOnlySpan<float> source, float scale)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= source.Length; i += Vector<float>.Count)
            (scale * new Vector<float>(source[i..])).CopyTo(destination[i..]);
        for (; i < source.Length; i++)
            destination[i] = scale * source[i];
    }

    /// <summary>value ← value + scale · direction.</summary>
    public static void AddScaled(Span<float> value, ReadOnlySpan<float> direction, float scale)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= value.Length; i += Vector<float>.Count)
            (new Vector<float>(value[i..]) + scale * new Vector<float>(direction[i..])).CopyTo(value[i..]);
        for (; i < value.Length; i++)
            value[i] += scale * direction[i];
    }

    /// <summary>average ← average + part · (value − average).</summary>
    public static void MoveTowards(Span<float> average, ReadOnlySpan<float> value, float part)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= average.Length; i += Vector<float>.Count)
        {
            var before = new Vector<float>(average[i..]);
            (before + part * (new Vector<float>(value[i..]) - before)).CopyTo(average[i..]);
        }

        for (; i < average.Length; i++)
            average[i] += part * (value[i] - average[i]);
    }

    public static void Exchange(Span<float> first, Span<float> second)
    {
        var i = 0;
        for (; i + Vector<float>.Count <= first.Length; i += Vector<float>.Count)
        {
            var kept = new Vector<float>(first[i..]);
            new Vector<float>(second[i..]).CopyTo(first[i..]);
            kept.CopyTo(second[i..]);
        }

        for (; i < first.Length; i++)
            (first[i], second[i]) = (second[i], first[i]);
    }

    // In double: a float overflows at a gradient of 1e19, and loses the small gradients beside large ones.
    public static double SumOfSquares(ReadOnlySpan<float> values)
    {
        var low = Vector<double>.Zero;
        var high = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<float>.Count <= values.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[i..]), out var a, out var b);
            low += a * a;
            high += b * b;
        }

        var sum = Vector.Sum(low + high);
        for (; i < values.Length; i++)
            sum += (double)values[i] * values[i];
        return sum;
    }

    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
