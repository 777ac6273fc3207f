namespace Weft.Interchange;

/// <summary>A confusion matrix as a picture: a row a label, a column a prediction, the darker the more of the label's samples.</summary>
internal static class ConfusionPicture
{
    private const int LargestCell = 16;
    private const int SmallestWithLines = 4;
    private const int UsualSide = 2_048;
    private const byte Line = 200;

    public static int Side(int classes) => classes * Cell(classes) + LineOf(classes);

    /// <param name="confusion">[label, prediction].</param>
    /// <returns>PNG, <see cref="Side"/> pixels wide and high, gray.</returns>
    public static byte[] Draw(IReadOnlyList<int> confusion, int classes)
    {
        var (side, cell, line) = (Side(classes), Cell(classes), LineOf(classes));
        var pixels = new byte[side * side];
        Array.Fill(pixels, Line);
        for (var label = 0; label < classes; label++)
        {
            var count = Enumerable.Range(0, classes).Sum(prediction => confusion[label * classes + prediction]);
            for (var prediction = 0; prediction < classes; prediction++)
            {
                // The square root makes rare confusions visible beside the diagonal.
                var share = count == 0 ? 0 : Math.Sqrt((double)confusion[label * classes + prediction] / count);
                for (var y = line; y < cell; y++)
                    pixels.AsSpan((label * cell + y) * side + prediction * cell + line, cell - line).Fill((byte)(255 - Math.Round(255 * share)));
            }
        }

        return PngImage.Encode(pixels, side, side, 1);
    }

    private static int Cell(int classes) => Math.Clamp(UsualSide / classes, 1, LargestCell);

    private static int LineOf(int classes) => Cell(classes) >= SmallestWithLines ? 1 : 0;
}
