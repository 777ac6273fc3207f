using System.Numerics;

namespace Weft.Devices.Cpu;

/// <summary>The L2 norm of the gradient of all parameters together, added up in double, chunk by chunk in a fixed order.</summary>
internal sealed unsafe class GradientNorm(Parameter[] parameters, ElementChunks chunks)
{
    private readonly double[] _sums = new double[chunks.Count];

    public double Compute()
    {
        chunks.Run(new Work(parameters, _sums));
        var total = 0.0;
        foreach (var sum in _sums)
            total += sum;
        return Math.Sqrt(total);
    }

    private readonly struct Work(Parameter[] parameters, double[] sums) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) => sums[chunk] = SumOfSquares(parameters[tensor].UnsafeGradient + start, length);
    }

    // In double: a float overflows at a gradient of 1e19, and loses the small gradients beside large ones.
    private static double SumOfSquares(float* values, int length)
    {
        var low = Vector<double>.Zero;
        var high = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<float>.Count <= length; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(values + i), out var a, out var b);
            low += a * a;
            high += b * b;
        }

        var sum = Vector.Sum(low + high);
        for (; i < length; i++)
            sum += (double)values[i] * values[i];
        return sum;
    }
}
