using System.IO.Hashing;

namespace Weft.Training.Tests;

/// <summary>
/// Random damage: whatever the bytes, the reader answers with pictures or with an error for a person, and takes little memory for it. Its long form:
/// see <see cref="ReaderFuzzTests"/>.
/// </summary>
public class PictureFuzzTests
{
    private static readonly int Inputs = ReaderFuzzTests.Number("WEFT_FUZZ") ?? 24_000;
    private const long MostBytes = 8 << 20;

    private static readonly FeatureShape Target = new(28, 28, 1);

    [Fact]
    public void Mutated_pictures_give_pictures_or_an_error_and_take_little_memory()
    {
        var seeds = Seeds().ToList();
        var refused = 0;
        for (var i = 0; i < Inputs; i++)
        {
            var bytes = Mutate(seeds[i % seeds.Count], i);
            var before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRead(bytes, i) ? 0 : 1;
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"input {i} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        Assert.InRange(refused, Inputs / 4, Inputs - 100); // some survive: their damage lies in a value, a comment or behind the picture
    }

    private static bool IsRead(byte[] bytes, int number)
    {
        try
        {
            foreach (var picture in PictureFile.Read(new MemoryStream(bytes), "x", Target, invert: number % 2 == 0))
                Assert.Equal(Target.Length, picture.Pixels.Length);
            return true;
        }
        catch (WeftException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.DatasetDamaged)
        {
            return false;
        }
        catch (Exception crash) when (crash is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"input {number} gave {crash}");
            return false;
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        int[] Pixel(int x, int y, int count, int depth) => [.. Enumerable.Range(0, count).Select(i => (x * 31 + y * 17 + i) & ((1 << depth) - 1))];
        yield return new PngBytes(9, 7).Of((x, y) => Pixel(x, y, 1, 8));
        yield return (new PngBytes(9, 7, 4, 3) { Palette = new byte[48], Transparency = [0, 9], Interlaced = true }).Of((x, y) => Pixel(x, y, 1, 4));
        yield return new PngBytes(5, 5, 16, 6).Of((x, y) => Pixel(x, y, 4, 16));
        yield return (new PngBytes(5, 5, 8, 2) { Transparency = [0, 1, 0, 2, 0, 3], Extra = ("eXIf", [.. "MM\0*\0\0\0\b\0\u0001"u8]) })
            .Of((x, y) => Pixel(x, y, 3, 8));
        yield return [.. "P2\n# text\n4 2\n15\n1 2 3 4\n5 6 7 8\n"u8];
        yield return [.. "P5\n4 2\n255\n12345678P6 1 1 65535 abcdef"u8];
        yield return [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        yield return IdxBytes.Gzip([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    // Flipped bits, other bytes, cuts, insertions and doubled pieces; in every second PNG the checksums are made right again, so that the damage is met
    // behind them.
    private static byte[] Mutate(byte[] bytes, int number)
    {
        var rng = Rng.For(22, RngPurpose.Analysis).Derive(number);
        var list = bytes.ToList();
        var changes = 1 + rng.Int(0, 3);
        for (var k = 0; k < changes && list.Count > 4; k++)
        {
            var draw = rng.Derive(k + 1);
            var at = draw.Int(0, 2) == 0 ? draw.Int(1, Math.Min(40, list.Count)) : draw.Int(1, list.Count);
            ByteEdit.Apply(list, at, draw, generator => generator.Int(3, 3) switch { 0 => 0, 1 => 255, _ => (byte)generator.Int(4, 256) });
        }

        byte[] mutated = [.. list];
        if (rng.Int(9, 2) == 0)
            RepairChecksums(mutated);
        return mutated;
    }

    private static void RepairChecksums(byte[] file)
    {
        if (file is not [0x89, (byte)'P', ..])
            return;
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                return;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
                file.AsSpan(at + 8 + (int)length), Crc32.HashToUInt32(file.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }
}
