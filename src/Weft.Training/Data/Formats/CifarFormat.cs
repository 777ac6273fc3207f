using System.Globalization;
using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>
/// CIFAR-10 and CIFAR-100 in their binary form: records of a label (CIFAR-100: a coarse one and a fine one) and 32 × 32 pixels, all red, then all green, then
/// all blue ones.
/// </summary>
internal sealed class CifarFormat : IDatasetFormat
{
    private const int Side = 32;
    private const int Plane = Side * Side;
    private const int Channels = 3;
    private const int PublishedBatches = 5;
    private const long MaximumBytes = 1L << 30;
    private const string Batch = "data_batch_";
    private const string Hundred = "cifar-100-binary";

    private static readonly NextStep Remedy =
        new Advice("unpack the binary archive again: cifar-10-binary.tar.gz or cifar-100-binary.tar.gz of www.cs.toronto.edu/~kriz/cifar.html");

    public bool Recognizes(string path) => Find(path) is not null;

    public ImageDataset Open(string path, DataOptions options, CancellationToken cancellationToken)
    {
        var (folder, isHundred) = Find(path)!.Value;
        DataFile File(string name) => new(Path.Combine(folder, name), Remedy) { Expected = "a readable binary file of CIFAR" };
        var batches = isHundred ? 1 : Numbers(folder).DefaultIfEmpty(1).Max();
        DataFile[] files = isHundred ? [File("train.bin")] : [.. Enumerable.Range(1, batches).Select(number => File($"{Batch}{number}.bin"))];
        var list = File(isHundred ? "fine_label_names.txt" : "batches.meta.txt");
        var names = System.IO.File.Exists(list.Path) ? ClassList.Read(list) : null;
        List<string> notes = [];
        if (names is null)
            notes.Add("no file names the classes: they are called by their numbers");
        if (!isHundred && batches < PublishedBatches)
            notes.Add($"{batches} of the {PublishedBatches} published training files");
        return Read(files, isHundred).ToDataset(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), folder, names,
            () => Read([File(isHundred ? "test.bin" : "test_batch.bin")], isHundred), notes);
    }

    /// <summary>The records of files, one after the other.</summary>
    internal static ArrayPart Read(ReadOnlySpan<DataFile> files, bool isHundred)
    {
        var contents = new byte[files.Length][];
        for (var i = 0; i < contents.Length; i++)
            contents[i] = files[i].ReadAll(MaximumBytes);
        return Parse(files, contents, isHundred);
    }

    /// <summary>As <see cref="Read"/>, from what the files hold.</summary>
    internal static ArrayPart Parse(ReadOnlySpan<DataFile> files, byte[][] contents, bool isHundred)
    {
        var labelBytes = isHundred ? 2 : 1;
        var record = labelBytes + Channels * Plane;
        for (var i = 0; i < contents.Length; i++)
        {
            if (contents[i].Length == 0 || contents[i].Length % record != 0)
            {
                throw files[i].Damaged("is incomplete, or no binary file of CIFAR", $"byte {contents[i].Length / record * record:N0}",
                    expected: $"records of {record:N0} bytes each, one or more", found: $"{contents[i].Length:N0} bytes");
            }
        }

        var count = contents.Sum(content => (long)content.Length) / record;
        var length = SizeLimit.Product(MaximumBytes, count, Channels * Plane) ?? throw files[0].Damaged(
            "and the other files are larger than can be loaded", "their lengths", $"at most {MaximumBytes:N0} bytes", $"{count:N0} pictures");
        DataFile.RequireMemory(length);
        var pixels = GC.AllocateUninitializedArray<byte>(length);
        var labels = new int[count];
        var row = 0;
        foreach (var content in contents)
        {
            for (var at = 0; at < content.Length; at += record, row++)
            {
                labels[row] = content[at + labelBytes - 1];
                Interleave(content.AsSpan(at + labelBytes, Channels * Plane), pixels.AsSpan(row * Channels * Plane, Channels * Plane));
            }
        }

        return new ArrayPart(files[0], new FeatureShape(Side, Side, Channels), pixels, labels,
            ImageSamples.Combine([.. contents.Select(content => Convert.ToHexStringLower(SHA256.HashData(content)))]));
    }

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        for (var i = 0; i < Plane; i++)
        {
            for (var c = 0; c < Channels; c++)
                pixels[i * Channels + c] = planes[c * Plane + i];
        }
    }

    private static (string Folder, bool IsHundred)? Find(string path)
    {
        foreach (var folder in new[] { path, Path.Combine(path, "cifar-10-batches-bin"), Path.Combine(path, Hundred) })
        {
            if (!Directory.Exists(folder))
                continue;
            if (Has(folder, "test_batch.bin") || Numbers(folder).Any())
                return (folder, false);
            if (Has(folder, "train.bin") && (Has(folder, "fine_label_names.txt") || Path.GetFileName(Path.GetFullPath(folder)) == Hundred))
                return (folder, true);
        }

        return null;

        static bool Has(string folder, string name) => System.IO.File.Exists(Path.Combine(folder, name));
    }

    private static IEnumerable<int> Numbers(string folder)
    {
        for (var number = 1; number <= 99; number++)
        {
            if (File.Exists(Path.Combine(folder, $"{Batch}{number.ToString(CultureInfo.InvariantCulture)}.bin")))
                yield return number;
        }
    }
}
