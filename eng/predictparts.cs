// Predicts generated pictures at once and in 1, 7 and 100 parts, kills some of the parts on the way and makes them again, and compares the merged bytes:
//   dotnet run eng/predictparts.cs -- [--pictures 100000] [--parts 1,7,100] [--kills 20] [--seed 1] [--weft ./weft] [--keep DIR]
// The pictures are IDX files of 100,000 images of 28 × 28 each; the network is a tiny one that is trained on some of them first. Says the peak of memory, as
// the kernel counts it, at a tenth of the pictures and at all of them, and fails where bytes differ or memory grows. Linux only.
#:property PublishAot=false
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["pictures"] = "100000", ["parts"] = "1,7,100", ["kills"] = "20", ["seed"] = "1", ["weft"] = "./weft", ["keep"] = "",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"predictparts: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

const int Side = 28, Classes = 10, ImagesInFile = 100_000;
const double AllowedGrowth = 1.1;
var (count, kills) = (int.Parse(options["pictures"]), int.Parse(options["kills"]));
var random = new Random(int.Parse(options["seed"]));
var weft = Path.GetFullPath(options["weft"]);
var root = options["keep"].Length > 0 ? Directory.CreateDirectory(options["keep"]).FullName : Directory.CreateTempSubdirectory("weft-parts-").FullName;
var failures = 0;
try
{
    WriteData(Path.Combine(root, "data"));
    WritePictures(Path.Combine(root, "tenth"), count / 10);
    WritePictures(Path.Combine(root, "all"), count);
    Weft("train", "--data", Path.Combine(root, "data"), "--model", "small", "--set", "model.width=0.25", "--epochs", "1", "--runs", root, "--name", "net",
        "--quiet");
    Weft(Predict("tenth", "--out", Path.Combine(root, "tenth.csv")));
    var (seconds, tenth) = Weft(Predict("tenth", "--out", Path.Combine(root, "tenth.csv")));
    var (allSeconds, all) = Weft(Predict("all", "--out", Path.Combine(root, "all.csv")));
    Console.WriteLine($"{count / 10:N0} pictures: {seconds:F1} s, {tenth:F0} MB at most");
    Console.WriteLine($"{count:N0} pictures: {allSeconds:F1} s, {all:F0} MB at most");
    if (all > tenth * AllowedGrowth)
        Fail($"memory grows from {tenth:F0} to {all:F0} MB");
    foreach (var parts in options["parts"].Split(',').Select(int.Parse))
        InParts(parts);
    return failures == 0 ? 0 : 1;
}
finally
{
    if (options["keep"].Length == 0)
        Directory.Delete(root, recursive: true);
}

static string ScriptPath([CallerFilePath] string path = "") => path;

string[] Predict(string pictures, params string[] more) =>
    ["predict", "net", Path.Combine(root, pictures), "--as-is", "--runs", root, "--quiet", .. more];

void InParts(int parts)
{
    var folder = Path.Combine(root, $"parts-{parts}");
    var (peak, killed, took) = (0.0, 0, Stopwatch.StartNew());
    for (var part = 1; part <= parts; part++)
    {
        var command = Predict("all", "--part", $"{part}/{parts}", "--out", folder);
        for (var tries = 0; killed < kills * part / parts && tries < kills; tries++)
        {
            using var process = Start(command);
            if (process.WaitForExit(random.Next(200, 1200)))
                break; // done before it could be killed
            foreach (var member in Family(process.Id).Reverse())
                Kill(member);
            process.WaitForExit();
            killed++;
        }

        peak = Math.Max(peak, Weft(command).Peak);
    }

    var merged = Path.Combine(root, $"merged-{parts}.csv");
    var (seconds, mergePeak) = Weft("predict", "merge", folder, "--out", merged, "--quiet");
    var isSame = File.ReadAllBytes(merged).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(root, "all.csv")));
    var left = Directory.GetFiles(folder, ".*").Length;
    Console.WriteLine($"{parts} parts: {took.Elapsed.TotalSeconds:F1} s with {killed} kills ({left} files left by them), {peak:F0} MB at most; "
        + $"merged in {seconds:F1} s, {mergePeak:F0} MB at most, bytes {(isSame ? "equal" : "DIFFER")}");
    if (!isSame)
        Fail($"the merged bytes of {parts} parts differ");
}

void Fail(string what)
{
    failures++;
    Console.WriteLine("FAILED: " + what);
}

(double Seconds, double Peak) Weft(params string[] arguments)
{
    var took = Stopwatch.StartNew();
    using var process = Start(arguments);
    var peak = 0.0;
    while (!process.WaitForExit(20))
        peak = Math.Max(peak, Family(process.Id).Select(PeakOf).DefaultIfEmpty().Max());
    return process.ExitCode == 0 ? (took.Elapsed.TotalSeconds, peak) : throw new InvalidOperationException($"{string.Join(' ', arguments)}: "
        + $"ended with {process.ExitCode}");
}

Process Start(string[] arguments) => Process.Start(new ProcessStartInfo(weft, arguments))!;

// The launcher hands over to the program within the same process or starts it as a child.
static IEnumerable<int> Family(int process)
{
    var family = new List<int> { process };
    for (var i = 0; i < family.Count; i++)
    {
        var children = $"/proc/{family[i]}/task/{family[i]}/children";
        if (File.Exists(children))
            family.AddRange(TryRead(children).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
    }

    return family;
}

static double PeakOf(int process) =>
    Regex.Match(TryRead($"/proc/{process}/status"), @"VmHWM:\s+(\d+)") is { Success: true } match ? double.Parse(match.Groups[1].Value) / 1024 : 0;

static string TryRead(string path)
{
    try
    {
        return File.ReadAllText(path);
    }
    catch (IOException)
    {
        return ""; // it ended meanwhile
    }
}

static void Kill(int process)
{
    try
    {
        Process.GetProcessById(process).Kill();
    }
    catch (Exception ended) when (ended is ArgumentException or InvalidOperationException)
    {
        // it ended meanwhile
    }
}

void WritePictures(string folder, int pictures)
{
    Directory.CreateDirectory(folder);
    for (var first = 0; first < pictures; first += ImagesInFile)
        WriteImages(Path.Combine(folder, $"{first / ImagesInFile:000}-idx3-ubyte"), Math.Min(ImagesInFile, pictures - first), first);
}

void WriteData(string folder)
{
    Directory.CreateDirectory(folder);
    foreach (var (name, images) in new[] { ("train", 2000), ("t10k", 200) })
    {
        WriteImages(Path.Combine(folder, $"{name}-images-idx3-ubyte"), images, 0);
        var labels = new byte[8 + images];
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x801);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), images);
        for (var i = 0; i < images; i++)
            labels[8 + i] = (byte)(i % Classes);
        File.WriteAllBytes(Path.Combine(folder, $"{name}-labels-idx1-ubyte"), labels);
    }
}

static void WriteImages(string path, int images, int first)
{
    using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
    var header = new byte[16];
    BinaryPrimitives.WriteInt32BigEndian(header, 0x803);
    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), images);
    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), Side);
    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), Side);
    file.Write(header);
    var image = new byte[Side * Side];
    for (var i = 0; i < images; i++)
    {
        var number = first + i;
        new Random(number).NextBytes(image);
        for (var at = number % Classes * Side * 2; at < (number % Classes + 1) * Side * 2; at++)
            image[at] |= 0xC0; // a bright band at its class's height
        file.Write(image);
    }
}
