using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// Pairs of pictures that show the same: another size, compression or shade of one picture, frames of one scene. Pictures are compared at 64 × 64 in grey.
/// </summary>
internal static class LookAlikes
{
    /// <summary>The smallest correlation of two pictures that count as one. Recompressed and slightly cropped copies lie above it.</summary>
    public const double Threshold = 0.97;

    /// <summary>Height and width at which pictures are compared.</summary>
    public const int Side = 64;

    /// <summary>Bytes of a picture at that size.</summary>
    public const int Length = Side * Side;

    private const int MostPairs = 1_000_000;

    // A picture with less variance than this (grey levels squared) is nearly plain, and all plain pictures look alike.
    private const double FlatVariance = 9;

    /// <summary>All pairs, the first number below the second, and whether there may be more than were looked at.</summary>
    /// <param name="small">What <see cref="Shrink"/> makes of each of <paramref name="count"/> pictures.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static (IReadOnlyList<(int First, int Second, double Correlation)> Pairs, bool IsCut) Of(
        int count, ImageOf small, int threads, CancellationToken cancellationToken) =>
        new NearDuplicateSearch(count, new FeatureShape(Side, Side, 1), small, threads, FlatVariance, cancellationToken)
            .Find(Threshold, MostPairs, cancellationToken);

    /// <summary>As the other, of pictures that are shrunk here and kept for it.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.OutOfMemory"/>: so many do not fit into memory.</exception>
    public static (IReadOnlyList<(int First, int Second, double Correlation)> Pairs, bool IsCut) Of(
        int count, ImageOf image, FeatureShape shape, int threads, CancellationToken cancellationToken)
    {
        DataFile.RequireMemory((long)count * Length);
        var small = new byte[count][];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            i => Shrink(image(i), shape, small[i] = new byte[Length]));
        return Of(count, i => small[i], threads, cancellationToken);
    }

    /// <summary>A picture as it is compared with others.</summary>
    public static void Shrink(ReadOnlySpan<byte> image, FeatureShape shape, Span<byte> small)
    {
        var grey = new byte[shape.Pixels];
        for (var i = 0; i < grey.Length; i++)
        {
            var sum = 0;
            foreach (var value in image.Slice(i * shape.Channels, shape.Channels))
                sum += value;
            grey[i] = (byte)(sum / shape.Channels);
        }

        PictureScaling.Resize(grey, shape.Width, shape.Height, 1, small, Side, Side, ResizeFilter.Bilinear);
    }
}
