// Pictures a second from file to pixels, beside Pillow: dotnet run -c Release eng/picturebench.cs -- [--seconds 2] [--python python3]
// Decodes, resizes and reads a 500×375 JPEG (quality 90, 4:2:0), one of 4032×3024 and a 64×64 RGBA PNG, all drawn here. With one thread a second is one of the
// processor's, so that others on the machine do not count; with two it is one of the clock. Ours and Pillow's take turns; each figure is the best of three. A
// Python without Pillow is left out, and that is said.
#:project ../src/Weft.Pictures/Weft.Pictures.csproj
#:property PublishAot=false
#:property AllowUnsafeBlocks=true
using System.Diagnostics;
using System.Globalization;
using SkiaSharp;
using Weft.Pictures;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string> { ["seconds"] = "2", ["python"] = "python3" };
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"picturebench: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

const int Rounds = 3;
var seconds = double.Parse(options["seconds"]);
var folder = Directory.CreateTempSubdirectory("weft-pictures-").FullName;
try
{
    (string Name, byte[] File, int Side)[] cases =
    [
        ("photo 500×375", Drawn(500, 375, SKEncodedImageFormat.Jpeg), 224),
        ("large 4032×3024", Drawn(4032, 3024, SKEncodedImageFormat.Jpeg), 224),
        ("PNG 64×64 RGBA", Drawn(64, 64, SKEncodedImageFormat.Png), 64),
    ];
    var hasPillow = Python("import PIL; print(PIL.__version__)") is { } version;
    Console.WriteLine(hasPillow ? $"Pillow {Python("import PIL; print(PIL.__version__)")}" : $"{options["python"]} has no Pillow: it is left out");
    Console.WriteLine($"{"pictures a second",-34} {"ours",9} {"2 threads",10} {"Pillow",9}");
    foreach (var (name, file, side) in cases)
    {
        var path = Path.Combine(folder, "picture");
        File.WriteAllBytes(path, file);
        var header = PictureReader.Peek(file);
        var (width, height) = (header.Width, header.Height);
        var whole = new PicturePolicy(height, width, 3) { Fitting = PictureFitting.Squash };
        var policy = new PicturePolicy(side, side, 3);
        var pixels = new byte[whole.Height * whole.Width * 3];
        PictureReader.Read(file, whole, pixels);
        var megapixels = width * height / 1e6;
        var open = $"from PIL import Image; im = Image.open({Quoted(path)})";
        var (cover, shorter) = (side * 8 / 7, Math.Min(width, height));
        var crop = $"im.convert('RGB').resize(({cover * width / shorter}, {cover * height / shorter}), 2).crop((0, 0, {side}, {side}))";
        Say($"{name}, {file.Length:N0} bytes: decode", Fresh(whole), $"{open}; im.convert('RGB')", 0);
        var resized = Math.Min(side, header.Height - 8);
        Say($"  resize to {resized}", () =>
        {
            var target = new byte[resized * resized * 3];
            return () => PictureScaling.Resize(pixels, width, height, 3, target, resized, resized, ResizeFilter.Bilinear);
        }, $"big.resize(({resized}, {resized}), 2)", megapixels, $"{open}; big = im.convert('RGB')");
        Say($"  read, cropped to {side}", Fresh(policy), $"{open}; {crop}", 0);
        if (header.Format == PictureFormat.Jpeg && width > 1000)
            Say("  read, decoded smaller", Fresh(policy with { DecodeScale = true }), $"{open}; im.draft('RGB', ({2 * side}, {2 * side})); {crop}", 0);

        // What one thread does over and over, with a target of its own.
        Func<Action> Fresh(PicturePolicy how) => () =>
        {
            var target = new byte[how.Height * how.Width * how.Channels];
            return () => PictureReader.Read(file, how, target);
        };

        void Say(string what, Func<Action> make, string statement, double size, string setup = "pass")
        {
            var (one, two, peer) = (0.0, 0.0, 0.0);
            for (var round = 0; round < Rounds; round++)
            {
                one = Math.Max(one, Rate(make, 1));
                peer = hasPillow ? Math.Max(peer, Pillow(setup, statement)) : 0;
                two = Math.Max(two, Rate(make, 2));
            }
            var more = size > 0 ? $"   {one * size:N0} MP/s of source" : "";
            Console.WriteLine($"{what,-44} {one,9:N1} {two,9:N1} {(hasPillow ? $"{peer:N1}" : "-"),9}{more}");
        }
    }
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

double Rate(Func<Action> make, int threads)
{
    var counts = new long[threads];
    var processor = Environment.CpuUsage.TotalTime;
    var clock = Stopwatch.StartNew();
    var workers = Enumerable.Range(0, threads).Select(i => new Thread(() =>
    {
        var action = make();
        while (counts[i] == 0 || clock.Elapsed.TotalSeconds < seconds)
        {
            action();
            counts[i]++;
        }
    })).ToList();
    workers.ForEach(worker => worker.Start());
    workers.ForEach(worker => worker.Join());
    return counts.Sum() / (threads == 1 ? Environment.CpuUsage.TotalTime - processor : clock.Elapsed).TotalSeconds;
}

double Pillow(string setup, string statement) => double.Parse(Python($"""
    import time
    {setup}
    n, start, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < {seconds}:
        {statement}
        n += 1
    print(n / (time.process_time() - used))
    """)!);

string? Python(string program)
{
    var start = new ProcessStartInfo(options["python"], ["-c", program]) { RedirectStandardOutput = true, RedirectStandardError = true };
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? output.Trim() : null;
}

static string Quoted(string path) => $"'{path.Replace("\\", "\\\\")}'";

// Soft shapes with some grain, as a photograph has: what is coded is neither flat nor noise.
static byte[] Drawn(int width, int height, SKEncodedImageFormat format)
{
    using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
    var (pixels, grain) = (bitmap.GetPixelSpan().ToArray(), new Random(7));
    for (var y = 0; y < height; y++)
    {
        for (var x = 0; x < width; x++)
        {
            var wave = Math.Sin(x * 0.031) * Math.Cos(y * 0.043) + 0.5 * Math.Sin(x * 0.17 + y * 0.11);
            var at = 4 * (y * width + x);
            for (var c = 0; c < 3; c++)
                pixels[at + c] = (byte)Math.Clamp(128 + 60 * wave + 25 * c * Math.Sin(y * 0.02) + grain.Next(-12, 13), 0, 255);
            var border = Math.Min(Math.Min(x, y), Math.Min(width - x, height - y));
            pixels[at + 3] = format == SKEncodedImageFormat.Png ? (byte)Math.Min(4 * border, 255) : (byte)255;
        }
    }
    System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
    using var data = bitmap.Encode(format, 90);
    return data.ToArray();
}
