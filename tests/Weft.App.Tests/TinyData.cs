using System.Buffers.Binary;

namespace Weft.App.Tests;

/// <summary>A folder with four small IDX files: three classes that differ in where the image is bright. Gone with the test.</summary>
internal sealed class TinyData : IDisposable
{
    private const int Size = 12;
    private const int Classes = 3;

    /// <param name="label">The class of a training image. Default: each in turn.</param>
    public TinyData(int train = 90, int test = 30, Func<int, int>? label = null)
    {
        Write("train", train, label ?? (i => i % Classes));
        Write("t10k", test, i => i % Classes);
    }

    public TempFolder Place { get; } = new();

    public string Folder => Place.Path;

    public void Dispose() => Place.Dispose();

    private void Write(string part, int count, Func<int, int> labelOf)
    {
        var images = new byte[16 + count * Size * Size];
        var labels = new byte[8 + count];
        Header(images, 0x803, count, Size, Size);
        Header(labels, 0x801, count);
        for (var i = 0; i < count; i++)
        {
            var label = labelOf(i);
            labels[8 + i] = (byte)label;
            for (var p = 0; p < Size * Size; p++)
                images[16 + i * Size * Size + p] = (byte)((p / Size / (Size / Classes) == label ? 180 : 20) + (i * 7 + p * 13) % 60);
        }
        File.WriteAllBytes(Path.Combine(Folder, part + "-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(Folder, part + "-labels-idx1-ubyte"), labels);
    }

    private static void Header(byte[] file, params ReadOnlySpan<int> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
    }
}
