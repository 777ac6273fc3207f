using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>
/// Arrays of NumPy in one file (<c>.npz</c>): <c>train_images</c>, <c>train_labels</c> and the same of <c>val</c> and <c>test</c>, as MedMNIST has them, or
/// <c>x_train</c>, <c>y_train</c>, <c>x_test</c> and <c>y_test</c>, as Keras has them. Images are bytes [N, H, W] or [N, H, W, 1 or 3], labels [N] or [N, 1].
/// </summary>
internal sealed class NpzFormat : IDatasetFormat
{
    private const long MaximumBytes = 1L << 30;
    private const int MaximumSide = 4_000;
    private const int ChannelsAt = 3;

    public bool Recognizes(string path) => Find(path) is not null;

    public ImageDataset Open(string path, DataOptions options, CancellationToken cancellationToken)
    {
        var full = Find(path)!;
        var remedy = new Advice("fetch the file again, or name another one with --data");
        var file = new DataFile(full, remedy) { Expected = "a readable file of NumPy arrays (.npz)" };
        var train = Read(file, "train");
        List<string> notes = ["no file names the classes: they are called by their numbers"];
        if (Read(file, "val", isRequired: false) is { } validation)
        {
            notes.Add($"{validation.Labels.Length:N0} images were set apart for validation by the data set's maker");
            train = train!.With(validation);
        }

        return train!.ToDataset(Path.GetFileNameWithoutExtension(full), path, null, () => Read(file, "test")!, notes);
    }

    /// <summary>A part of a file; null where it is not there and not required.</summary>
    private static ArrayPart? Read(DataFile file, string part, bool isRequired = true) => file.Open(stream => Read(stream, file, part, isRequired));

    /// <inheritdoc cref="Read(DataFile, string, bool)"/>
    internal static ArrayPart? Read(Stream stream, DataFile file, string part, bool isRequired)
    {
        var entries = ZipContent.Entries(stream, file, out var archive);
        using (archive)
        {
            byte[]? Bytes(params string[] names)
            {
                if (entries.FirstOrDefault(entry => names.Contains(entry.FullName)) is not { } entry)
                {
                    return !isRequired ? null : throw file.Damaged($"has no {part} part", "its directory", string.Join(" or ", names),
                        string.Join(", ", entries.Take(8).Select(other => other.FullName)) + (entries.Count > 8 ? ", …" : ""));
                }

                DataFile.RequireMemory(entry.Length);
                try
                {
                    return ZipContent.Read(entry, MaximumBytes);
                }
                catch (InvalidDataException bad)
                {
                    throw file.Damaged("is damaged", entry.FullName, "the bytes that its directory promises", bad.Message);
                }
            }

            if (Bytes($"{part}_images.npy", $"x_{part}.npy") is not { } images || Bytes($"{part}_labels.npy", $"y_{part}.npy") is not { } labels)
                return null;
            return Combine(file, part, images, labels);
        }
    }

    private static ArrayPart Combine(DataFile file, string part, byte[] images, byte[] labels)
    {
        var (pixels, numbers) = (Parse(file, $"{part} images", images), Parse(file, $"{part} labels", labels));
        if (!pixels.IsBytes || pixels.Shape.Count is not (3 or 4) || pixels.Shape.Any(size => size == 0) || pixels.Shape.Skip(1).Any(side => side > MaximumSide)
            || (pixels.Shape.Count > ChannelsAt && pixels.Shape[ChannelsAt] is not (1 or 3)))
        {
            throw file.Damaged("holds no images that are read", $"{part} images",
                $"bytes [N, height, width] or [N, height, width, 1 or 3], sides of at most {MaximumSide:N0}", $"[{string.Join(", ", pixels.Shape)}]");
        }

        if (numbers.Shape.Count > 2 || (numbers.Shape.Count == 2 && numbers.Shape[1] != 1))
        {
            throw file.Damaged("has several labels for each image, and one is what a network here learns", $"{part} labels",
                "[N] or [N, 1]", $"[{string.Join(", ", numbers.Shape)}]");
        }

        if (numbers.Shape[0] != pixels.Shape[0])
        {
            throw file.Damaged("has images and labels that do not belong together", $"{part} labels", $"{pixels.Shape[0]:N0}, one per image",
                $"{numbers.Shape[0]:N0}");
        }

        try
        {
            var shape = new FeatureShape(pixels.Shape[1], pixels.Shape[2], pixels.Shape.Count > ChannelsAt ? pixels.Shape[ChannelsAt] : 1);
            return new ArrayPart(file, shape, pixels.Bytes, numbers.ToLabels(), ImageSamples.Combine(Hash(images), Hash(labels)));
        }
        catch (FormatException bad)
        {
            throw file.Damaged("has a label that is no class", $"{part} labels", "whole numbers from 0", bad.Message);
        }
    }

    private static NpyArray Parse(DataFile file, string what, byte[] bytes)
    {
        try
        {
            return NpyArray.Parse(bytes);
        }
        catch (FormatException bad)
        {
            throw file.Damaged("holds an array that is not read", what, "whole numbers as NumPy writes them, row by row", bad.Message);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // The file itself, or the only one of a folder.
    private static string? Find(string path)
    {
        static bool Is(string file) => Path.GetExtension(file).Equals(".npz", StringComparison.OrdinalIgnoreCase);
        try
        {
            return File.Exists(path) ? Is(path) ? path : null
                : Directory.Exists(path) && Directory.EnumerateFiles(path).Where(Is).Take(2).ToArray() is [var only] ? only : null;
        }
        catch (Exception unreadable) when (DiskFailure.Is(unreadable))
        {
            return null;
        }
    }
}
