namespace Weft.Training.Tests;

/// <summary>One small change of a file's bytes, drawn from counters 2 and 3 of a generator.</summary>
internal static class ByteEdit
{
    /// <summary>Flips a bit, replaces a byte, cuts, inserts or doubles a piece.</summary>
    /// <param name="replacement">What a byte is replaced by.</param>
    public static void Apply(List<byte> bytes, int at, Rng draw, Func<Rng, byte> replacement)
    {
        switch (draw.Int(2, 5))
        {
            case 0:
                bytes[at] ^= (byte)(1 << draw.Int(3, 8));
                break;
            case 1:
                bytes[at] = replacement(draw);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + draw.Int(3, 20)));
                break;
            case 3:
                bytes.Insert(at, (byte)draw.Int(3, 256));
                break;
            default:
                bytes.InsertRange(at, bytes.Skip(at).Take(10).ToArray());
                break;
        }
    }
}
