namespace Weft.Training.Tests;

/// <summary>Random damage: whatever the bytes, the reader answers with a typed error or with the truth.</summary>
public class IdxFuzzTests
{
    private static readonly IdxExpectation Expectation = new(IdxContent.Images) { MaximumBytes = 1 << 20 };

    [Fact]
    public void Mutated_gzip_never_gives_other_content()
    {
        var content = IdxBytes.Images(3, 9, 11);
        var packed = IdxBytes.Gzip(content);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (TryRead(Mutate(packed, i)) is not { } read)
                continue;
            accepted++;
            Assert.True(content.AsSpan(16).SequenceEqual(read.Data.Span), $"mutation {i} changed the content unnoticed");
        }

        Assert.InRange(accepted, 1, 5_000); // those that hit a time stamp in the header, or nothing
    }

    [Fact]
    public void Mutated_idx_gives_as_many_bytes_as_its_header_says_or_an_error()
    {
        var content = IdxBytes.Images(3, 9, 11);
        for (var i = 0; i < 20_000; i++)
        {
            if (TryRead(Mutate(content, i)) is { } read)
                Assert.True(read.Data.Length == read.Dimensions.Aggregate(1, (product, size) => product * size), $"mutation {i}");
        }
    }

    private static IdxFile? TryRead(byte[] bytes)
    {
        try
        {
            return IdxBytes.Read(bytes, Expectation);
        }
        catch (WeftException error) when (error.Kind == ErrorKind.DatasetDamaged)
        {
            return null;
        }
    }

    /// <summary>One to three of: a flipped bit, a random byte, a cut, an insertion, a doubled piece, bytes at the header and the trailer.</summary>
    private static byte[] Mutate(byte[] bytes, int number)
    {
        var rng = Rng.For(42, RngPurpose.Analysis).Derive(number);
        var list = bytes.ToList();
        var changes = 1 + rng.Int(0, 3);
        for (var k = 0; k < changes && list.Count > 4; k++)
        {
            var draw = rng.Derive(k + 1);
            var at = draw.Int(0, 3) switch
            {
                0 => draw.Int(1, Math.Min(18, list.Count)),
                1 => list.Count - 1 - draw.Int(1, Math.Min(9, list.Count)),
                _ => draw.Int(1, list.Count),
            };
            ByteEdit.Apply(list, at, draw, generator => (byte)generator.Int(3, 256));
        }

        return [.. list];
    }
}
