using Weft.Training;

namespace Weft.App.Tests;

/// <summary>A folder of small striped pictures in three classes, and weights for them in the place of those that a network learned from photographs.</summary>
internal sealed class TinyPhotos : IDisposable
{
    private const int Count = 90;
    private const int Side = 24;

    private static readonly string[] Classes = ["along", "across", "aslant"];

    private readonly TempFolder _place = new();

    public TinyPhotos()
    {
        for (var i = 0; i < Count; i++)
            Write(At($"{Classes[i % Classes.Length]}/{i}.png"), i);
        var description = ModelCatalog.Describe("small", new ModelOptions { Classes = 2, Input = new FeatureShape(32, 32, 3) });
        using var device = Device.Cpu(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1, Seed = 3 });
        var classifier = BackboneTensors.Of(description).Classifier;
        File.WriteAllText(Corrections, "path,sha256,from,to,reason,by,date\nalong/0.png,,along,across,reviewed,somebody,2026-11-28\n");
        File.WriteAllBytes(Backbone, PretrainedWeights.Create(
            new PretrainedMetadata
            {
                Network = "small", Source = "a test", Licence = "none", SourceSha256 = new string('0', 64), Mean = [0.5, 0.5, 0.5],
                StandardDeviation = [0.25, 0.25, 0.25], Side = 32, Taken = new Dictionary<string, string>(), LeftOver = [],
            },
            [
                .. network.State.Where(tensor => !tensor.Name.StartsWith(classifier + ".", StringComparison.Ordinal))
                    .Select(tensor => new NamedTensor(tensor.Name, tensor.Shape, tensor.ToArray())).OrderBy(tensor => tensor.Name, StringComparer.Ordinal),
            ], "a test").ToBytes().Span);
    }

    public string Folder => _place.At("photos");

    public string Backbone => _place.At("backbone.safetensors");

    /// <summary>A file that says of one picture that it is of another class.</summary>
    public string Corrections => _place.At("labels.corrections.csv");

    /// <summary>The options of a training that begins with these weights and ends soon.</summary>
    public IReadOnlyList<string> Options =>
        ["--data", Folder, "--model", "small", "--backbone", Backbone, "--set", "picture.side=32", "--set", "picture.cache=false"];

    public void Dispose() => _place.Dispose();

    private string At(string name) => Path.Combine(Folder, name);

    private static void Write(string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var rng = new Random(number);
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, column) = (i / 3 / Side, i / 3 % Side);
            var isLight = (number % 3) switch { 0 => row % 4 < 2, 1 => column % 4 < 2, _ => (row + column) % 4 < 2 };
            pixels[i] = (byte)(rng.Next(100) + (isLight ? 100 : 0));
        }

        using var stream = File.Create(path);
        PngWriter.Write(stream, new FeatureShape(Side, Side, 3), pixels);
    }
}
