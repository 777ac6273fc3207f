using Weft.Devices.Cpu;

namespace Weft;

/// <summary>
/// Counter-based random numbers: every value is a pure function of a key and a counter, so nothing has to be stored to
/// continue a stream, and any thread may draw any element.
/// </summary>
/// <remarks>
/// value(key, counter) = mix(key + (counter + 1) · 0x9E3779B97F4A7C15), mix being the 64-bit finalizer of SplitMix64
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Keys of derived streams are
/// mixed twice, so that neighbouring seeds and neighbouring purposes share nothing.
/// </remarks>
public readonly struct Rng(ulong key)
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;

    public ulong Key { get; } = key;

    /// <summary>The stream of one purpose within one seed.</summary>
    public static Rng For(long seed, RngPurpose purpose) => new Rng(Mix((ulong)seed ^ Golden)).Derive((ulong)purpose);

    /// <summary>An independent stream for <paramref name="index"/> (an epoch, a sample, a step).</summary>
    public Rng Derive(ulong index) => new(Mix(Mix(Key + Golden * (index + 1)) ^ 0xD1B54A32D192ED03UL));

    /// <inheritdoc cref="Derive(ulong)"/>
    public Rng Derive(long index) => Derive((ulong)index);

    /// <summary>The 64 uniform bits of this counter.</summary>
    public ulong UInt64(long counter) => Mix(Key + Golden * ((ulong)counter + 1));

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double Double(long counter) => (UInt64(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="minimum"/>, <paramref name="maximum"/>).</summary>
    public double Uniform(long counter, double minimum, double maximum) => minimum + (maximum - minimum) * Double(counter);

    /// <summary>Uniform integer in [0, <paramref name="bound"/>), by multiplication (Lemire); the bias is below bound / 2^64.</summary>
    public int Int(long counter, int bound) => (int)Math.BigMul(UInt64(counter), (ulong)bound, out _);

    /// <summary>Standard normal by the Box-Muller transform of the counters 2·<paramref name="counter"/> and 2·<paramref name="counter"/> + 1.</summary>
    public double Normal(long counter)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Double(2 * counter)));
        return radius * Math.Cos(2 * Math.PI * Double(2 * counter + 1));
    }

    /// <summary>A uniformly random order of 0 … <paramref name="count"/>−1 (Fisher-Yates, counters 0 … count−1).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Int(i, i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}

/// <summary>What a random stream is for. The numbers are part of every run's bits: append only.</summary>
public enum RngPurpose
{
    Initialization = 1,
    Split = 2,
    Order = 3,
    Augmentation = 4,
    Dropout = 5,
    Mixing = 6,
    Analysis = 7,
    Search = 8,
}
