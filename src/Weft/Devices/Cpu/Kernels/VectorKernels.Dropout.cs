using System.Numerics;
using System.Runtime.CompilerServices;

namespace Weft.Kernels;

internal abstract unsafe partial class VectorKernels
{
    /// <summary>
    /// x[i] = 0 with probability <paramref name="rate"/>, else x[i] / (1 − rate); the draw is a hash of <paramref name="key"/> and
    /// <paramref name="counter"/> + i, in integers, so that every vector width draws the same.
    /// </summary>
    /// <remarks>The hash is the 32-bit finalizer of MurmurHash3 (Appleby) applied to counter · golden ratio + key.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Drop(float* x, nint length, uint key, uint counter, double rate)
    {
        var threshold = (uint)Math.Min(rate * 4294967296.0, uint.MaxValue);
        var scale = (float)(1 / (1 - rate));
        nint i = 0;
        var lanes = Vector<uint>.Count;
        var index = Vector<uint>.Indices + new Vector<uint>(counter);
        var step = new Vector<uint>((uint)lanes);
        for (; i + lanes <= length; i += lanes, index += step)
        {
            var h = index * new Vector<uint>(0x9E3779B9u) + new Vector<uint>(key);
            h = (h ^ (h >>> 16)) * new Vector<uint>(0x85EBCA6Bu);
            h = (h ^ (h >>> 13)) * new Vector<uint>(0xC2B2AE35u);
            h ^= h >>> 16;
            var keep = Vector.GreaterThanOrEqual(h, new Vector<uint>(threshold));
            var value = Vector.Load(x + i) * scale;
            Vector.Store(Vector.ConditionalSelect(keep.As<uint, float>(), value, Vector<float>.Zero), x + i);
        }

        for (; i < length; i++)
            x[i] = Hash(counter + (uint)i, key) >= threshold ? x[i] * scale : 0;
    }

    private static uint Hash(uint counter, uint key)
    {
        var h = counter * 0x9E3779B9u + key;
        h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
        h = (h ^ (h >> 13)) * 0xC2B2AE35u;
        return h ^ (h >> 16);
    }
}
