namespace Weft.Training;

/// <summary>Sheets of pictures for a person to look at, each sample with its number and its classes.</summary>
internal static class AnalysisPictures
{
    private const int Scale = 3;
    private const int Gap = 6;
    private const int Line = 10;
    private const int Columns = 8;
    private const int Letter = 6; // width in pixels
    private const int LineLetters = 49; // beside a case

    /// <summary>A grid of samples: number, label, what it was taken for and how sure.</summary>
    public static Picture Gallery(IReadOnlyList<GalleryImage> gallery, ImageSamples images, IReadOnlyList<string> classes) => Grid(
        gallery, images, image => [$"#{image.Index} {image.Probability:0.00}", classes[image.Label], image.Prediction < 0
            ? "NaN" : $"-> {classes[image.Prediction]}"], image => image.Index);

    /// <summary>A grid of the most suspect labels: number, label, what the networks suggest.</summary>
    public static Picture Suspects(IReadOnlyList<SuspectLabel> suspects, ImageSamples images, IReadOnlyList<string> classes) => Grid(
        suspects, images, suspect => [$"#{suspect.Index} {suspect.Score:0.000}", classes[suspect.Label], $"? {classes[suspect.Suggested]}"], suspect =>
            suspect.Index);

    /// <summary>
    /// A row for each case: the image, where the network looked for the label and for its prediction, the nearest training images of both classes.
    /// </summary>
    public static Picture Cases(IReadOnlyList<MistakeExplanation> cases, FeatureShape shape, IReadOnlyList<string> classes)
    {
        var cellWidth = shape.Width * Scale + Gap;
        var cellHeight = shape.Height * Scale + Gap + Line;
        var neighbours = cases.Count == 0 ? 0 : cases.Max(one => Math.Max(one.NearestOfLabel.Count, one.NearestOfPrediction.Count));
        const int TextWidth = (LineLetters + 1) * Letter;
        var picture = new Picture(TextWidth + (3 + 2 * neighbours) * cellWidth + 3 * Gap, Math.Max(1, cases.Count) * cellHeight + Line + Gap);
        var heads = new[] { "image", "for its label", "for prediction", "nearest with its label" };
        for (var i = 0; i < heads.Length; i++)
            picture.DrawText(TextWidth + i * cellWidth + (i > 2 ? Gap : 0), Gap / 2, heads[i]);
        picture.DrawText(TextWidth + (3 + neighbours) * cellWidth + 2 * Gap, Gap / 2, "nearest of prediction");
        for (var row = 0; row < cases.Count; row++)
        {
            var (one, y) = (cases[row], Line + Gap + row * cellHeight);
            string[] lines =
            [
                $"#{one.Index}", $"is {classes[one.Label]}: {one.Probabilities[one.Label]:0.00}",
                $"said {classes[one.Prediction]}: {one.Probabilities[one.Prediction]:0.00}",
                $"typical: {one.Typicality * 100:0} % of its class", $"of prediction: {one.TypicalityOfPrediction * 100:0} %",
                .. one.Remarks.SelectMany(Wrapped),
            ];
            for (var i = 0; i < lines.Length; i++)
                picture.DrawText(Gap, y + i * Line, lines[i].Length > LineLetters ? lines[i][..LineLetters] : lines[i]);
            picture.DrawImage(TextWidth, y, one.Pixels, shape, Scale);
            if (one.SaliencyOfLabel.Length > 0)
            {
                DrawHeat(picture, TextWidth + cellWidth, y, one.Pixels, one.SaliencyOfLabel, shape);
                DrawHeat(picture, TextWidth + 2 * cellWidth, y, one.Pixels, one.SaliencyOfPrediction, shape);
            }

            for (var i = 0; i < one.NearestOfLabel.Count; i++)
                picture.DrawImage(TextWidth + (3 + i) * cellWidth + Gap, y, one.NearestOfLabel[i].Pixels, shape, Scale);
            for (var i = 0; i < one.NearestOfPrediction.Count; i++)
                picture.DrawImage(TextWidth + (3 + neighbours + i) * cellWidth + 2 * Gap, y, one.NearestOfPrediction[i].Pixels, shape, Scale);
        }

        return picture;
    }

    /// <summary>An image in grey under a map: from blue over green to red with the map's value.</summary>
    /// <returns>[height, width, 3].</returns>
    public static byte[] Heat(ReadOnlySpan<byte> image, ReadOnlySpan<float> map, FeatureShape shape)
    {
        const double Cover = 0.65;
        var pixels = new byte[shape.Pixels * 3];
        for (var i = 0; i < shape.Pixels; i++)
        {
            var grey = image[i * shape.Channels] * 0.6;
            var value = Math.Clamp((double)map[i], 0, 1);
            var (red, green, blue) = (Ramp(value - 0.75), Ramp(value - 0.5), Ramp(value - 0.25));
            var cover = Cover * Math.Sqrt(value);
            pixels[3 * i] = (byte)(grey * (1 - cover) + 255 * cover * red);
            pixels[3 * i + 1] = (byte)(grey * (1 - cover) + 255 * cover * green);
            pixels[3 * i + 2] = (byte)(grey * (1 - cover) + 255 * cover * blue);
        }

        return pixels;
        static double Ramp(double distance) => Math.Clamp(1.5 - 4 * Math.Abs(distance), 0, 1);
    }

    private static IEnumerable<string> Wrapped(string text)
    {
        while (text.Length > LineLetters && text.LastIndexOf(' ', LineLetters) is var end and > 2)
        {
            yield return text[..end];
            text = "  " + text[(end + 1)..];
        }

        yield return text;
    }

    private static void DrawHeat(Picture picture, int x, int y, byte[] image, float[] map, FeatureShape shape) =>
        picture.DrawImage(x, y, Heat(image, map, shape), shape with { Channels = 3 }, Scale);

    private static Picture Grid<T>(IReadOnlyList<T> items, ImageSamples images, Func<T, string[]> describe, Func<T, int> index)
    {
        var shape = images.Shape;
        var width = Math.Max(shape.Width * Scale, 17 * Letter) + Gap;
        var height = shape.Height * Scale + 3 * Line + Gap;
        var rows = Math.Max(1, (items.Count + Columns - 1) / Columns);
        var picture = new Picture(Columns * width + Gap, rows * height + Gap);
        for (var i = 0; i < items.Count; i++)
        {
            var (x, y) = (Gap + i % Columns * width, Gap + i / Columns * height);
            picture.DrawImage(x, y, images.Image(index(items[i])), shape, Scale);
            var lines = describe(items[i]);
            for (var line = 0; line < lines.Length; line++)
                picture.DrawText(x, y + shape.Height * Scale + 2 + line * Line, lines[line].Length > 17 ? lines[line][..17] : lines[line]);
        }

        return picture;
    }
}
