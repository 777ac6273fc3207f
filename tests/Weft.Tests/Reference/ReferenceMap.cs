namespace Weft.Tests.Reference;

/// <summary>A batch between two layers in double, ordered [n, c, y, x] as PyTorch has it.</summary>
internal sealed record ReferenceMap(int Count, int Channels, int Height, int Width)
{
    public double[] Data { get; init; } = new double[Count * Channels * Height * Width];

    public int Length => Data.Length;

    public ref double this[int n, int c, int y, int x] => ref Data[((n * Channels + c) * Height + y) * Width + x];

    public bool Contains(int y, int x) => (uint)y < (uint)Height && (uint)x < (uint)Width;

    public ReferenceMap Like() => new(Count, Channels, Height, Width);

    public ReferenceMap Map(Func<double, double> f) => this with { Data = [.. Data.Select(f)] };

    public ReferenceMap Plus(ReferenceMap other) => this with { Data = [.. Data.Zip(other.Data, (a, b) => a + b)] };

    public float[] ToNhwc()
    {
        var values = new float[Length];
        for (var n = 0; n < Count; n++)
            for (var y = 0; y < Height; y++)
                for (var x = 0; x < Width; x++)
                    for (var c = 0; c < Channels; c++)
                        values[((n * Height + y) * Width + x) * Channels + c] = (float)this[n, c, y, x];
        return values;
    }

    public static ReferenceMap FromNhwc(ReadOnlySpan<float> images, int count, FeatureShape shape)
    {
        var map = new ReferenceMap(count, shape.Channels, shape.Height, shape.Width);
        for (var n = 0; n < count; n++)
            for (var y = 0; y < shape.Height; y++)
                for (var x = 0; x < shape.Width; x++)
                    for (var c = 0; c < shape.Channels; c++)
                        map[n, c, y, x] = images[((n * shape.Height + y) * shape.Width + x) * shape.Channels + c];
        return map;
    }
}

/// <summary>What a layer gave, and how to get from the gradient of its output to that of its input.</summary>
internal sealed record ReferenceStep(ReferenceMap Output, Func<ReferenceMap, ReferenceMap> Backward);
