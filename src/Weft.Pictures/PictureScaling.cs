using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Pictures;

/// <summary>
/// Resizes pictures in integers, the same bits on every vector width and equal to Pillow's: weights of 22 fraction bits, across first, rounded to 8 bits, then
/// down.
/// </summary>
public static unsafe class PictureScaling
{
    private const int Lanes = 8;
    private const int Block = 4 * Lanes; // bytes of a line that are summed at a time on the way down
    private const int Half = 1 << (ScalingTaps.FractionBits - 1);

    /// <summary>Resizes a picture of 8-bit values, row by row and without gaps.</summary>
    /// <param name="channels">Values of a pixel, 1 or 3.</param>
    public static void Resize(
        ReadOnlySpan<byte> source, int width, int height, int channels, Span<byte> target, int targetWidth, int targetHeight, ResizeFilter filter)
    {
        if (Math.Min(Math.Min(width, height), Math.Min(targetWidth, targetHeight)) < 1)
            throw new ArgumentException("A picture has at least one pixel.");
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 channel or 3.");
        if (source.Length != checked(width * height * channels) || target.Length != checked(targetWidth * targetHeight * channels))
            throw new ArgumentException("The pixels do not have the size that is said.");
        Resize(source, width, height, channels, target, targetWidth * channels, new Window(targetWidth, targetHeight, 0, 0, targetWidth, targetHeight), filter);
    }

    /// <summary>Makes a window of the resized picture; its pixels are those of the whole one.</summary>
    /// <param name="step">Values of a pixel in the source: 1, 3, or 4 of which three are taken.</param>
    /// <param name="targetStride">Bytes from a row of the target to the next.</param>
    internal static void Resize(
        ReadOnlySpan<byte> source, int width, int height, int step, Span<byte> target, int targetStride, Window window, ResizeFilter filter)
    {
        if (!Enum.IsDefined(filter))
            throw new ArgumentOutOfRangeException(nameof(filter), filter, "There is no such filter.");
        var (channels, lanes) = step == 1 ? (1, 1) : (3, 4);
        if ((width, height) == (window.ResizedWidth, window.ResizedHeight))
        {
            // Each weight is 1 here.
            for (var y = 0; y < window.Height; y++)
                Pack(source[(((window.Top + y) * width + window.Left) * step)..], target[(y * targetStride)..], window.Width, step, channels);
            return;
        }

        var across = new ScalingTaps(width, window.ResizedWidth, window.Left, window.Width, filter, lanes, Lanes);
        var down = new ScalingTaps(height, window.ResizedHeight, window.Top, window.Height, filter, 1, 1);
        var top = down.First[0]; // rows that the window does not need are not looked at
        var rows = down.First[^1] + down.Counts[^1] - top;
        var rowBytes = window.Width * channels;
        var stride = (rowBytes + Block - 1) / Block * Block;
        using var between = new PixelBuffer((long)stride * rows);
        using var line = new PixelBuffer((long)width * lanes);
        fixed (byte* from = source, middle = between.WithMargin, wide = line.WithMargin)
        fixed (int* weightsAcross = across.Weights, weightsDown = down.Weights)
        {
            for (var y = 0; y < rows; y++)
            {
                var at = (long)(top + y) * width * step;
                // Vectors read over the end of a row: the last rows are copied to where there is a margin.
                var row = step == lanes && at + (long)width * step + PixelBuffer.Margin <= source.Length ? from + at : wide;
                if (row == wide)
                    Copy(from + at, wide, width, step, lanes);
                Across(row, middle + (long)y * stride, across, weightsAcross, lanes);
            }
            var rest = stackalloc byte[Block];
            for (var y = 0; y < window.Height; y++)
            {
                var lines = middle + (long)(down.First[y] - top) * stride;
                var row = target.Slice(y * targetStride, rowBytes);
                fixed (byte* to = row)
                {
                    for (var x = 0; x < rowBytes; x += Block)
                    {
                        var whole = x + Block <= rowBytes;
                        Down(lines + x, stride, weightsDown + (long)y * down.Stride, down.Counts[y], whole ? to + x : rest);
                        if (!whole)
                            new Span<byte>(rest, rowBytes - x).CopyTo(row[x..]);
                    }
                }
            }
        }
    }

    private static void Pack(ReadOnlySpan<byte> from, Span<byte> to, int width, int step, int channels)
    {
        if (step == channels)
        {
            from[..(width * step)].CopyTo(to);
            return;
        }

        var x = 0;
        var close = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
        for (; x + 6 <= width; x += 4)
            Vector128.Shuffle(Vector128.Create(from.Slice(4 * x, 16)), close).CopyTo(to[(3 * x)..]);
        for (; x < width; x++)
            from.Slice(4 * x, 3).CopyTo(to[(3 * x)..]);
    }

    private static void Copy(byte* from, byte* to, int width, int step, int lanes)
    {
        if (step == lanes)
        {
            Buffer.MemoryCopy(from, to, (long)width * step, (long)width * step);
            return;
        }

        var x = 0;
        var apart = Vector128.Create((byte)0, 1, 2, 15, 3, 4, 5, 15, 6, 7, 8, 15, 9, 10, 11, 15);
        for (; x + 6 <= width; x += 4)
            Vector128.Shuffle(Vector128.Load(from + 3 * x), apart).Store(to + 4 * x);
        for (; x < width; x++)
            (to[4 * x], to[4 * x + 1], to[4 * x + 2]) = (from[3 * x], from[3 * x + 1], from[3 * x + 2]);
    }

    private static void Across(byte* row, byte* target, ScalingTaps taps, int* weights, int lanes)
    {
        var (first, counts, stride) = (taps.First, taps.Counts, taps.Stride);
        for (var i = 0; i < first.Length; i++, weights += stride)
        {
            var pixels = row + (long)first[i] * lanes;
            var sum = Vector256<int>.Zero;
            for (var k = 0; k < counts[i] * lanes; k += Lanes)
                sum += Vector256.Load(weights + k) * Widen(pixels + k);
            if (lanes == 1)
                *target++ = (byte)Math.Clamp((Vector256.Sum(sum) + Half) >> ScalingTaps.FractionBits, 0, 255);
            else
            {
                var color = Levels(Vector256.Create(sum.GetLower() + sum.GetUpper(), Vector128<int>.Zero)).GetLower();
                *(uint*)target = Vector128.Narrow(Vector128.Narrow(color, color).AsUInt16(), Vector128<ushort>.Zero).AsUInt32().ToScalar();
                target += 3;
            }
        }
    }

    private static void Down(byte* lines, int stride, int* weights, int count, byte* target)
    {
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (var k = 0; k < count; k++, lines += stride)
        {
            var weight = Vector256.Create(weights[k]);
            a += weight * Widen(lines);
            b += weight * Widen(lines + Lanes);
            c += weight * Widen(lines + 2 * Lanes);
            d += weight * Widen(lines + 3 * Lanes);
        }
        Vector256.Narrow(
            Vector256.Narrow(Levels(a), Levels(b)).AsUInt16(),
            Vector256.Narrow(Levels(c), Levels(d)).AsUInt16()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Levels(Vector256<int> sums) => Vector256.Min(
        Vector256.Max((sums + Vector256.Create(Half)) >> ScalingTaps.FractionBits, Vector256<int>.Zero), Vector256.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(byte* values)
    {
        if (Avx2.IsSupported)
            return Avx2.ConvertToVector256Int32(values);
        var (lower, upper) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)values).AsByte()));
        return Vector256.Create(lower, upper).AsInt32();
    }

    /// <summary>A part of a resized picture.</summary>
    internal readonly record struct Window(int ResizedWidth, int ResizedHeight, int Left, int Top, int Width, int Height);
}
