using Weft.Pictures;

namespace Weft.Training.Tests;

/// <summary>
/// Operations on bytes against Pillow 9.4 (Fixtures/make_operations.py), in colour and in grey: those that look at single pixels to the value, those that move
/// pixels to one level.
/// </summary>
public class PictureOperationsTests
{
    private const int Width = 19;
    private const int Height = 14;
    private const int Columns = 5;

    private static readonly byte[] Fill = [124, 116, 104];

    private delegate void Apply(FeatureShape shape, Span<byte> image, double strength);

    private static readonly (string Name, double[] Strengths, int Tolerance, Apply Apply)[] Operations =
    [
        ("picture", [0, 0, 0, 0, 0], 0, (_, _, _) => { }),
        ("brightness", [0.01, 0.6, 1, 1.37, 1.99], 0, (_, image, factor) => PictureOperations.Brightness(image, factor)),
        ("contrast", [0.01, 0.6, 1, 1.37, 1.99], 0, (shape, image, factor) => PictureOperations.Contrast(shape, image, factor)),
        ("saturation", [0.01, 0.6, 1, 1.37, 1.99], 0, (shape, image, factor) => PictureOperations.Saturation(shape, image, factor)),
        ("sharpness", [0.01, 0.6, 1, 1.37, 1.99], 0, (shape, image, factor) => PictureOperations.Sharpness(shape, image, factor)),
        ("hue", [-0.5, -0.13, 0, 0.02, 0.41], 0, (shape, image, turn) => PictureOperations.Hue(shape, image, turn)),
        ("posterize", [8, 7, 5, 3, 2], 0, (_, image, bits) => PictureOperations.Posterize(image, (int)bits)),
        ("solarize", [0, 50.5, 128, 200, 255], 0, (_, image, threshold) => PictureOperations.Solarize(image, threshold)),
        ("autocontrast", [0, 20, 60, 90, 127], 0, (shape, image, lift) =>
        {
            foreach (ref var value in image)
                value = (byte)(lift + value / 2);
            PictureOperations.AutoContrast(shape, image);
        }),
        ("equalize", [255, 200, 120, 60, 5], 0, (shape, image, most) =>
        {
            foreach (ref var value in image)
                value = Math.Min(value, (byte)most);
            PictureOperations.Equalize(shape, image);
        }),
        ("shear_x", [-0.99, -0.3, 0, 0.21, 0.7], 1, (shape, image, shear) =>
            PictureOperations.Move(shape, image, new AffineMap(1, shear, shear / 2, 0, 1, 0), Fill.AsSpan(0, shape.Channels))),
        ("shear_y", [-0.99, -0.3, 0, 0.21, 0.7], 1, (shape, image, shear) =>
            PictureOperations.Move(shape, image, new AffineMap(1, 0, 0, shear, 1, shear / 2), Fill.AsSpan(0, shape.Channels))),
        ("translate", [-11, -3, 0, 2, 30], 0, (shape, image, pixels) =>
            PictureOperations.Move(shape, image, AffineMap.Translation(pixels, -pixels), Fill.AsSpan(0, shape.Channels))),
        ("rotate", [-135, -30, 0, 9, 77.5], 1, (shape, image, degrees) =>
            PictureOperations.Move(shape, image, AffineMap.Rotation(degrees, shape), Fill.AsSpan(0, shape.Channels))),
    ];

    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var operation in Operations)
                foreach (var channels in (int[])[1, 3])
                    data.Add(operation.Name, channels);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_operation_is_Pillows_at_five_strengths(string name, int channels)
    {
        var (pixels, shape) = (Sheet(channels), new FeatureShape(Height, Width, channels));
        var row = Array.FindIndex(Operations, operation => operation.Name == name);
        var (_, strengths, tolerance, apply) = Operations[row];
        for (var column = 0; column < Columns; column++)
        {
            var image = Cell(pixels, 0, column, channels);
            apply(shape, image, strengths[column]);
            var expected = Cell(pixels, row, column, channels);
            var differences = image.Zip(expected, (own, pillows) => Math.Abs(own - pillows)).ToList();
            Assert.True(differences.Max() <= tolerance && differences.Count(difference => difference > 0) <= 0.02 * tolerance * image.Length,
                $"{name} {strengths[column]}: {differences.Count(difference => difference > 0)} values differ, by up to {differences.Max()}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_operation_of_the_spaces_fails_on_the_smallest_pictures(int channels)
    {
        foreach (var shape in (FeatureShape[])[new(1, 1, channels), new(1, 7, channels), new(2, 2, channels), new(5, 3, channels)])
        {
            for (var trial = 0; trial < 300; trial++)
            {
                var rng = Rng.For(trial, RngPurpose.Augmentation);
                byte[] image = [.. Enumerable.Range(0, shape.Length).Select(i => (byte)rng.Int(i, 256))];
                foreach (ByteAugmentation augmentation in (ByteAugmentation[])[new TrivialAugment(1), new RandAugment(2), new ColorJitter(0.5) { Hue = 0.5 }])
                    augmentation.Apply(rng.Derive(trial), shape, image, Fill.AsSpan(0, channels));
            }
        }
    }

    private static byte[] Sheet(int channels)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", channels == 3 ? "operations.png" : "operations-grey.png");
        var policy = new PicturePolicy(Operations.Length * Height, Columns * Width, channels) { Fitting = PictureFitting.Squash };
        var pixels = new byte[policy.Height * policy.Width * channels];
        PictureReader.Read(File.ReadAllBytes(path), policy, pixels);
        return pixels;
    }

    private static byte[] Cell(byte[] sheet, int row, int column, int channels) =>
    [
        .. Enumerable.Range(0, Height).SelectMany(y =>
            sheet.AsSpan(((row * Height + y) * Columns + column) * Width * channels, Width * channels).ToArray()),
    ];
}
