using Weft.Tests.Shared;

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
            if (TryRead(new InputMutator(i).Mutate(packed)) is not { } read)
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
            if (TryRead(new InputMutator(i).Mutate(content)) is { } read)
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
}
