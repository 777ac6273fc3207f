using System.Text;

namespace Weft.Tests;

/// <summary>Numbers that the fixtures' generator makes in the same way (Fixtures/generate.py), so that neither weights nor images have to be stored.</summary>
internal static class Hashed
{
    public static uint SeedOf(string text)
    {
        var hash = 0x811C9DC5u;
        foreach (var letter in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ letter) * 0x01000193;
        return hash;
    }

    public static uint Bits(uint seed, int index) => Mix(Mix((uint)index + seed * 0x9E3779B9) ^ seed);

    /// <summary>Uniform in [−1, 1) with 24 bits.</summary>
    public static double Unit(uint seed, int index) => (Bits(seed, index) >> 8) * (1.0 / (1 << 23)) - 1;

    public static float[] Values(uint seed, string name, int length, double centre, double spread)
    {
        var own = seed ^ SeedOf(name);
        var values = new float[length];
        for (var i = 0; i < length; i++)
            values[i] = (float)(centre + spread * Unit(own, i));
        return values;
    }

    private static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= 0x85EBCA6B;
        x ^= x >> 13;
        x *= 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
