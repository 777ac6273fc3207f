using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Lab;

/// <summary>Test values and the one comparison with the definition.</summary>
internal static unsafe class Values
{
    /// <summary>Where native memory behind a span begins.</summary>
    public static float* Start(Span<float> native) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(native));

    /// <summary>Uniform in ±<paramref name="spread"/>, the same for the same <paramref name="stream"/>.</summary>
    public static void Fill(float* to, long length, int stream, double spread)
    {
        var random = Rng.For(1, RngPurpose.Analysis).Derive(stream);
        for (long i = 0; i < length; i++)
            to[i] = (float)random.Uniform(i, -spread, spread);
    }

    public static void Poison(float* memory, long length)
    {
        for (long i = 0; i < length; i++)
            memory[i] = float.NaN;
    }

    /// <summary>|actual − expected| / |expected|; NaN if a value is missing.</summary>
    public static double RelativeL2(IEnumerable<(double Expected, float Actual)> pairs)
    {
        double error = 0, size = 0;
        foreach (var (expected, actual) in pairs)
        {
            error += (actual - expected) * (actual - expected);
            size += expected * expected;
        }

        return Math.Sqrt(error / size);
    }
}
