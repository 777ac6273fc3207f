// Draws a large folder of pictures: dotnet run -c Release eng/manypictures.cs -- FOLDER [--count 100000] [--classes 1000] [--side 64] [--seed 1]
// Each class is a colour, a shape and a direction with noise; every second picture is a JPEG, the others are PNGs, and one in a hundred is another one of its
// class, compressed again. What is drawn depends on these numbers alone.
#:project ../src/Weft.Pictures/Weft.Pictures.csproj
#:property PublishAot=false
using System.Globalization;
using SkiaSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var folder, ..] || folder.StartsWith('-'))
{
    Console.Error.WriteLine("manypictures: dotnet run -c Release eng/manypictures.cs -- FOLDER [--count N] [--classes N] [--side N] [--seed N]");
    return 2;
}

var (count, classes, side, seed) = (Number("--count", 100_000), Number("--classes", 1_000), Number("--side", 64), Number("--seed", 1));
Parallel.For(0, classes, c =>
{
    var own = Path.Combine(folder, $"class-{c:D4}");
    Directory.CreateDirectory(own);
    var ofClass = (count - c + classes - 1) / classes;
    for (var i = 0; i < ofClass; i++)
    {
        var isCopy = i > 0 && i % 100 == 0;
        using var picture = Draw(c, isCopy ? i - 1 : i);
        var isJpeg = i % 2 == 0;
        using var data = picture.Encode(isJpeg ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, isCopy ? 80 : 90);
        File.WriteAllBytes(Path.Combine(own, $"{i:D5}{(isJpeg ? ".jpg" : ".png")}"), data.ToArray());
    }
});
Console.WriteLine($"{count:N0} pictures of {side} × {side} in {classes:N0} classes: {folder}");
return 0;

SKBitmap Draw(int c, int number)
{
    var random = new Random(HashCode(seed, c, number));
    var bitmap = new SKBitmap(side, side);
    using var canvas = new SKCanvas(bitmap);
    // The class: hue, direction of the stripes, shape. The picture: where, how large, how bright.
    canvas.Clear(SKColor.FromHsl(c % 25 * 14.4f, 30 + random.Next(30), 30 + random.Next(40)));
    using var paint = new SKPaint { IsAntialias = true, StrokeWidth = side / 16f, Color = SKColor.FromHsl(c / 25 % 8 * 45, 80, 60) };
    canvas.Save();
    canvas.RotateDegrees(c / 200 * 36 + random.Next(-8, 9), side / 2f, side / 2f);
    for (var x = random.Next(side / 4) - side; x < 2 * side; x += side / 4)
        canvas.DrawLine(x, -side, x, 2 * side, paint);
    canvas.Restore();
    paint.Color = SKColor.FromHsl((c * 97) % 360, 90, 50);
    var (left, top, size) = (random.Next(side / 2), random.Next(side / 2), side / 4 + random.Next(side / 4));
    if (c % 2 == 0)
        canvas.DrawOval(SKRect.Create(left, top, size, size), paint);
    else
        canvas.DrawRect(SKRect.Create(left, top, size, size), paint);
    canvas.Flush();
    for (var i = side * side / 8; i > 0; i--)
    {
        var (x, y) = (random.Next(side), random.Next(side));
        var color = bitmap.GetPixel(x, y);
        bitmap.SetPixel(x, y, new SKColor((byte)(color.Red ^ random.Next(32)), (byte)(color.Green ^ random.Next(32)), (byte)(color.Blue ^ random.Next(32))));
    }

    return bitmap;
}

// Not the framework's, which differs from process to process.
static int HashCode(params int[] numbers) => numbers.Aggregate(17, (hash, number) => unchecked(hash * 1_000_003 + number));

int Number(string name, int usual) => Array.IndexOf(args, name) is var at and > 0 && at + 1 < args.Length ? int.Parse(args[at + 1]) : usual;
