// Is a photograph told from clip-art by a network that was trained on clip-art? dotnet run -c Release eng/unlike.cs -- --clipart FOLDER --photos FILE[,FILE…]
// FOLDER is Debian's openclipart-png (/usr/share/openclipart/png), a photo is any picture. A last layer is fitted for eight classes, 110 pictures each.
// Measured are a hundred random crops of the photos against clip-art of other name stems that the network never saw: the distance to the tenth nearest
// training picture (what predict warns by), and what the largest probability alone would tell.
#:project ../src/Weft.Pictures/Weft.Pictures.csproj
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using SkiaSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int PerClass = 110, HeldOut = 25, Crops = 100;
string[] classes = ["animals", "computer", "food", "people", "recreation", "shapes", "tools", "transportation"];
var root = Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!;
var program = Path.Combine(root, "artifacts", "bin", "Weft.App", "release", "Weft.App" + (OperatingSystem.IsWindows() ? ".exe" : ""));
var place = Directory.CreateTempSubdirectory("weft-unlike-").FullName;
var random = new Random(1);
try
{
    foreach (var label in classes)
        Divide(label);
    var number = 0;
    Directory.CreateDirectory(Path.Combine(place, "crops"));
    var photos = Option("--photos").Split(',').Select(file => SKBitmap.Decode(file) ?? throw new ArgumentException(file)).ToArray();
    while (number < Crops)
        File.WriteAllBytes(Path.Combine(place, "crops", $"{number}.png"), Crop(photos[number++ % photos.Length]));
    Weft("train", "--data", Path.Combine(place, "train"), "--runs", place, "--name", "clipart", "--set", "picture.skip_unreadable=true", "--quiet");
    var known = Weft("eval", "clipart", "--runs", place, "--data", Path.Combine(place, "held"), "--json", "--quiet");
    Console.WriteLine($"accuracy on {known.GetProperty("count").GetInt32()} held-out pictures of clip-art {known.GetProperty("accuracy").GetDouble():P1}");
    var (like, unlike) = (Predict([.. classes.Select(label => Path.Combine(place, "held", label))]), Predict([Path.Combine(place, "crops")]));
    var warned = (Like: Share(like.Select(one => one.IsUnlike)), Unlike: Share(unlike.Select(one => one.IsUnlike)));
    var distance = Auroc([.. unlike.Select(one => one.Distance)], [.. like.Select(one => one.Distance)]);
    var softmax = Auroc([.. unlike.Select(one => -one.Probability)], [.. like.Select(one => -one.Probability)]);
    Console.WriteLine($"warned: {warned.Unlike:P1} of {unlike.Length} crops, {warned.Like:P1} of {like.Length} held-out pictures");
    var strict = like.Select(one => one.Distance).OrderDescending().ElementAt(like.Length / 50);
    Console.WriteLine(
        $"a threshold that one held-out picture in fifty exceeds would warn of {Share(unlike.Select(one => one.Distance > strict)):P1} of the crops");
    Console.WriteLine($"AUROC: distance to the tenth nearest {distance:F3}, largest probability {softmax:F3}");
    return distance >= 0.95 && warned.Unlike >= 0.8 && warned.Like <= 0.02 ? 0 : 1;
}
finally
{
    Directory.Delete(place, recursive: true);
}

static string ScriptPath([CallerFilePath] string path = "") => path;

string Option(string name) =>
    Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{name} is missing");

static double Share(IEnumerable<bool> holds) => holds.Average(one => one ? 1.0 : 0);

// The share of pairs in which the strange one has the larger score.
static double Auroc(double[] strange, double[] usual) => strange.Average(one => usual.Average(other => one > other ? 1.0 : one == other ? 0.5 : 0));

// Pictures of one stem (house1, house_2) are variants of one drawing: they are on one side.
void Divide(string label)
{
    var stems = Directory.GetFiles(Path.Combine(Option("--clipart"), label), "*.png", SearchOption.AllDirectories)
        .Where(file => new FileInfo(file) is { LinkTarget: null, Length: < 1_000_000 }).GroupBy(file => Regex.Match(
            Path.GetFileNameWithoutExtension(file).ToLowerInvariant(), "^[a-z]+").Value).OrderBy(stem => stem.Key, StringComparer.Ordinal).ToArray();
    random.Shuffle(stems);
    var taken = (Train: 0, Held: 0);
    foreach (var stem in stems)
    {
        var isHeld = taken.Held < HeldOut;
        foreach (var file in stem)
        {
            if (isHeld ? taken.Held >= HeldOut : taken.Train >= PerClass)
                break;
            var folder = Directory.CreateDirectory(Path.Combine(place, isHeld ? "held" : "train", label)).FullName;
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            taken = isHeld ? (taken.Train, taken.Held + 1) : (taken.Train + 1, taken.Held);
        }
    }
}

byte[] Crop(SKBitmap photo)
{
    var side = 96 + random.Next(161);
    var (left, top) = (random.Next(photo.Width - side), random.Next(photo.Height - side));
    using var crop = new SKBitmap(side, side);
    photo.ExtractSubset(crop, SKRectI.Create(left, top, side, side));
    using var data = crop.Encode(SKEncodedImageFormat.Png, 100);
    return data.ToArray();
}

(double Distance, double Probability, bool IsUnlike)[] Predict(string[] folders) =>
[
    .. Weft(["predict", "clipart", "--runs", place, "--json", "--quiet", .. folders]).GetProperty("predictions").EnumerateArray().Select(one =>
        (one.GetProperty("distance").GetDouble(), one.GetProperty("probability").GetDouble(), one.GetProperty("unlike").GetBoolean())),
];

JsonElement Weft(params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = place })!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"weft {string.Join(' ', arguments)} ended with {process.ExitCode}");
    return arguments.Contains("--json") ? JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement : default;
}
