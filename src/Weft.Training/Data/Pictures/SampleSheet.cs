namespace Weft.Training;

/// <summary>Pictures of samples, for a person to look at.</summary>
internal static class SampleSheet
{
    private const int Gap = 4;
    private const int LineHeight = BitmapFont.Height + Gap;

    // Small images are drawn twice as large, or nobody sees them.
    private const int Scale = 2;

    /// <summary>A row for each class: its name and its first samples among <paramref name="indices"/>, as wide as the longest row needs.</summary>
    public static Picture OfClasses(ImageDataset data, IReadOnlyList<int> indices, int perClass)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perClass, 1);
        var groups = Enumerable.Range(0, data.ClassCount).Select(c => indices.Where(i => data.Train.Label(i) == c).Take(perClass).ToArray()).ToArray();
        var sheet = new Sheet(data, rows: data.ClassCount, columns: groups.Max(group => group.Length), headings: false);
        for (var c = 0; c < groups.Length; c++)
        {
            sheet.Name(c, $"{c} {data.ClassNames[c]}");
            for (var k = 0; k < groups[c].Length; k++)
                sheet.Draw(c, k, data.Train.Image(groups[c][k]));
        }

        return sheet.Picture;
    }

    /// <summary>A row for each sample: as it is, then as <paramref name="options"/> make it in the epochs 1, 2, 3 …</summary>
    /// <param name="samples">The samples shown.</param>
    /// <param name="indices">The split part they train in, from which mixing takes its partners.</param>
    public static Picture OfAugmentations(
        ImageDataset data, IReadOnlyList<int> samples, IReadOnlyList<int> indices, AugmentationOptions options, long seed, int variants)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(variants, 1);
        var statistics = DatasetStatistics.Of(data.Train, indices);
        var renderer = new SampleRenderer(data.Train, indices, statistics, options, seed);
        var sheet = new Sheet(data, samples.Count, variants + 1, headings: true);
        var image = new float[data.Shape.Length];
        var bytes = new byte[data.Shape.Length];
        sheet.Head(0, "original");
        for (var row = 0; row < samples.Count; row++)
        {
            sheet.Name(row, data.ClassNames[data.Train.Label(samples[row])], $"#{samples[row]}");
            sheet.Draw(row, 0, data.Train.Image(samples[row]));
            for (var epoch = 1; epoch <= variants; epoch++)
            {
                sheet.Head(epoch, $"epoch {epoch}");
                renderer.RenderAugmented(epoch, samples[row], image);
                if (renderer.Mixes)
                    renderer.Mix(epoch, samples[row], image);
                ToBytes(image, statistics, bytes);
                sheet.Draw(row, epoch, bytes);
            }
        }

        return sheet.Picture;
    }

    /// <summary>Undoes the normalization and rounds to bytes.</summary>
    private static void ToBytes(ReadOnlySpan<float> image, DatasetStatistics statistics, Span<byte> bytes)
    {
        var channels = statistics.Mean.Count;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = image[i] * statistics.StandardDeviation[i % channels] + statistics.Mean[i % channels];
            bytes[i] = (byte)Math.Clamp(Math.Round(value * 255), 0, 255);
        }
    }

    /// <summary>A grid of images with names at the left.</summary>
    private sealed class Sheet
    {
        private readonly FeatureShape _shape;
        private readonly int _left;
        private readonly int _top;

        public Sheet(ImageDataset data, int rows, int columns, bool headings)
        {
            _shape = data.Shape;
            _left = Gap + Picture.TextWidth(data.ClassNames.MaxBy(name => name.Length)! + "00") + Gap;
            _top = headings ? Gap + LineHeight : Gap;
            Picture = new Picture(_left + columns * Cell(_shape.Width), _top + rows * Cell(_shape.Height));
        }

        public Picture Picture { get; }

        public void Head(int column, string text) => Picture.DrawText(_left + column * Cell(_shape.Width), Gap, text);

        public void Name(int row, params ReadOnlySpan<string> lines)
        {
            var middle = _top + row * Cell(_shape.Height) + (_shape.Height * Scale - lines.Length * LineHeight) / 2;
            for (var i = 0; i < lines.Length; i++)
                Picture.DrawText(Gap, middle + i * LineHeight, lines[i]);
        }

        public void Draw(int row, int column, ReadOnlySpan<byte> image) =>
            Picture.DrawImage(_left + column * Cell(_shape.Width), _top + row * Cell(_shape.Height), image, _shape, Scale);

        private static int Cell(int size) => size * Scale + Gap;
    }
}
