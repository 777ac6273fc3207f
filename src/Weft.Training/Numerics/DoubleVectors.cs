using System.Numerics;
using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>Arithmetic on vectors of <see cref="double"/> in a fixed order, so that the same numbers give the same bits.</summary>
internal static class DoubleVectors
{
    /// <summary>The inner product Σ a[i]·b[i].</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var left = MemoryMarshal.Cast<double, Vector<double>>(a);
        var right = MemoryMarshal.Cast<double, Vector<double>>(b);
        var lanes = Vector<double>.Zero;
        for (var i = 0; i < left.Length; i++)
            lanes = Vector.MultiplyAddEstimate(left[i], right[i], lanes);
        var sum = Vector.Sum(lanes);
        for (var i = left.Length * Vector<double>.Count; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Adds a multiple: target[i] += factor·addend[i].</summary>
    public static void AddScaled(Span<double> target, double factor, ReadOnlySpan<double> addend)
    {
        var sums = MemoryMarshal.Cast<double, Vector<double>>(target);
        var terms = MemoryMarshal.Cast<double, Vector<double>>(addend);
        var factors = new Vector<double>(factor);
        for (var i = 0; i < sums.Length; i++)
            sums[i] = Vector.MultiplyAddEstimate(factors, terms[i], sums[i]);
        for (var i = sums.Length * Vector<double>.Count; i < target.Length; i++)
            target[i] += factor * addend[i];
    }

    /// <summary>Turns logits into probabilities in place.</summary>
    /// <returns>log Σ exp(logit).</returns>
    public static double Softmax(Span<double> values)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in values)
            largest = Math.Max(largest, value);
        var sum = 0.0;
        foreach (ref var value in values)
            sum += value = Math.Exp(value - largest);
        foreach (ref var value in values)
            value /= sum;
        return largest + Math.Log(sum);
    }
}
