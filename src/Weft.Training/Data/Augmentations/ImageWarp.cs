using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weft.Training;

/// <summary>Resamples byte images into normalized floats under an <see cref="AffineMap"/>. Holds scratch: one caller at a time.</summary>
/// <param name="shape">What comes out has it.</param>
/// <param name="from">What goes in has it, where that is another one.</param>
/// <param name="surroundings">By channel, what surrounds the image; empty for its own edge. Default: black.</param>
internal sealed class ImageWarp(FeatureShape shape, DatasetStatistics statistics, FeatureShape? from = null, byte[]? surroundings = null)
{
    private const int Lanes = 8;

    // A border of the surroundings: one pixel before, two behind, so that a coordinate clamped to [−1, size] has all four neighbours.
    private const int Before = 1;
    private const int Border = 3;

    private readonly float[] _table = statistics.CreateTable();
    private readonly float[] _scale = [.. statistics.StandardDeviation.Select(deviation => (float)(1 / (255 * deviation)))];
    private readonly float[] _offset = [.. statistics.Mean.Zip(statistics.StandardDeviation, (mean, deviation) => (float)(-mean / deviation))];
    private readonly FeatureShape _from = from ?? shape;
    private readonly byte[] _surroundings = surroundings ?? new byte[shape.Channels];
    private readonly float[] _framed = new float[FrameLength(from ?? shape)];

    /// <summary>Writes what <paramref name="source"/> looks like through the map. Whole-pixel maps are exact, others bilinear.</summary>
    /// <param name="source">[H, W, C].</param>
    /// <param name="target">[H, W, C], normalized.</param>
    public void Apply(ReadOnlySpan<byte> source, AffineMap map, Span<float> target)
    {
        if (map.MovesWholePixels)
        {
            Move(source, map, target);
            return;
        }

        for (var c = 0; c < shape.Channels; c++)
        {
            Frame(source, c);
            for (var y = 0; y < shape.Height; y++)
                ResampleRow(map, y, c, target);
        }
    }

    private void Move(ReadOnlySpan<byte> source, AffineMap map, Span<float> target)
    {
        var channels = shape.Channels;
        var step = (int)map.Xx;
        var isEndless = _surroundings.Length == 0;
        for (var y = 0; y < shape.Height; y++)
        {
            var row = target.Slice(y * shape.Width * channels, shape.Width * channels);
            var fromY = (int)map.Yy * y + (int)map.Y0;
            fromY = isEndless ? Math.Clamp(fromY, 0, _from.Height - 1) : fromY;
            for (var x = 0; x < shape.Width; x++)
            {
                var fromX = step * x + (int)map.X0;
                fromX = isEndless ? Math.Clamp(fromX, 0, _from.Width - 1) : fromX;
                var isInside = (uint)fromX < (uint)_from.Width && (uint)fromY < (uint)_from.Height;
                for (var c = 0; c < channels; c++)
                    row[x * channels + c] = _table[c * 256 + (isInside ? source[(fromY * _from.Width + fromX) * channels + c] : _surroundings[c])];
            }
        }
    }

    /// <summary>Copies a channel into the middle of the frame, whose border has the surroundings' value.</summary>
    private void Frame(ReadOnlySpan<byte> source, int channel)
    {
        if (surroundings is [_, ..])
            Array.Fill(_framed, surroundings[channel]);
        var stride = _from.Width + Border;
        for (var y = 0; y < _from.Height; y++)
        {
            var to = _framed.AsSpan((y + Before) * stride + Before, _from.Width);
            var row = source[(y * _from.Width * _from.Channels + channel)..];
            for (var x = 0; x < to.Length; x++)
                to[x] = row[x * _from.Channels];
        }
    }

    /// <summary>
    /// Eight pixels at a time. Coordinates are doubles because a float of size 28 is too coarse for 1e-5 after the division by the deviation; clamping
    /// puts every index inside the frame, also for lanes beyond the row's end, whose results are dropped. NaN does not occur: the map is finite.
    /// </summary>
    private void ResampleRow(AffineMap map, int y, int channel, Span<float> target)
    {
        var stride = _from.Width + Border;
        var rowX = Vector256.Create(map.Xy * y + map.X0);
        var rowY = Vector256.Create(map.Yy * y + map.Y0);
        var scale = Vector256.Create(_scale[channel]);
        var offset = Vector256.Create(_offset[channel]);
        var outside = _surroundings.Length == 0 ? 0 : 1; // pixels of the surroundings that are read
        Span<int> index = stackalloc int[Lanes];
        Span<float> corners = stackalloc float[4 * Lanes];
        Span<float> result = stackalloc float[Lanes];
        for (var x = 0; x < shape.Width; x += Lanes)
        {
            var low = Vector256.Create((double)x) + Vector256.Create(0.0, 1, 2, 3);
            var high = low + Vector256.Create(4.0);
            var (columnLow, columnHigh, fractionX) = Split(Vector256.Create(map.Xx), low, high, rowX, _from.Width, outside);
            var (lineLow, lineHigh, fractionY) = Split(Vector256.Create(map.Yx), low, high, rowY, _from.Height, outside);
            var first = Vector256.Create((double)(Before * stride + Before));
            var step = Vector256.Create((double)stride);
            Vector256.ConvertToInt32(Vector256.Narrow(lineLow * step + columnLow + first, lineHigh * step + columnHigh + first)).CopyTo(index);
            Gather(index, stride, corners);

            var topLeft = Vector256.Create<float>(corners);
            var topRight = Vector256.Create<float>(corners[Lanes..]);
            var bottomLeft = Vector256.Create<float>(corners[(2 * Lanes)..]);
            var bottomRight = Vector256.Create<float>(corners[(3 * Lanes)..]);
            var top = topLeft + fractionX * (topRight - topLeft);
            var bottom = bottomLeft + fractionX * (bottomRight - bottomLeft);
            ((top + fractionY * (bottom - top)) * scale + offset).CopyTo(result);

            var count = Math.Min(Lanes, shape.Width - x);
            var row = target[((y * shape.Width + x) * shape.Channels + channel)..];
            if (shape.Channels == 1)
            {
                result[..count].CopyTo(row);
                continue;
            }

            for (var lane = 0; lane < count; lane++)
                row[lane * shape.Channels] = result[lane];
        }
    }

    private static (Vector256<double> WholeLow, Vector256<double> WholeHigh, Vector256<float> Fraction) Split(
        Vector256<double> slope, Vector256<double> low, Vector256<double> high, Vector256<double> start, int size, int outside)
    {
        var minimum = Vector256.Create((double)-outside);
        var maximum = Vector256.Create(size - 1.0 + outside);
        var atLow = Vector256.Min(Vector256.Max(slope * low + start, minimum), maximum);
        var atHigh = Vector256.Min(Vector256.Max(slope * high + start, minimum), maximum);
        var wholeLow = Vector256.Floor(atLow);
        var wholeHigh = Vector256.Floor(atHigh);
        return (wholeLow, wholeHigh, Vector256.Narrow(atLow - wholeLow, atHigh - wholeHigh));
    }

    /// <summary>Indices into the frame pass through floats, which are exact up to 2^24.</summary>
    private static int FrameLength(FeatureShape shape)
    {
        var length = (long)(shape.Height + Border) * (shape.Width + Border);
        return length <= 1 << 24 ? (int)length
            : throw new ArgumentException($"Images of at most 2^24 pixels with their border are expected but {shape} was received.");
    }

    private void Gather(ReadOnlySpan<int> index, int stride, Span<float> corners)
    {
        ref var framed = ref MemoryMarshal.GetArrayDataReference(_framed);
        for (var lane = 0; lane < Lanes; lane++)
        {
            ref var corner = ref Unsafe.Add(ref framed, index[lane]);
            corners[lane] = corner;
            corners[Lanes + lane] = Unsafe.Add(ref corner, 1);
            corners[2 * Lanes + lane] = Unsafe.Add(ref corner, stride);
            corners[3 * Lanes + lane] = Unsafe.Add(ref corner, stride + 1);
        }
    }
}
