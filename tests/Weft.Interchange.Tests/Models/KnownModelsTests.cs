using Weft.Training;

namespace Weft.Interchange.Tests.Models;

public sealed class KnownModelsTests : IDisposable
{
    private const string Name = "resnet18-cntk";
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _ran = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_package_that_cannot_be_had_is_a_failed_download_and_leaves_nothing()
    {
        Fails(Store(_ => null), "the .NET SDK is not here");
        Fails(Store(_ => new ProgramResult(1, "error NU1301: the feed is down\n")), "the package cannot be fetched");
        Fails(Store(_ => new ProgramResult(0, "")), "does not hold the published file");
        Fails(Store(folder =>
        {
            Place(folder, [1, 2, 3]);
            return new ProgramResult(0, "");
        }), "does not hold the published file");
        Fails(Store(_ => throw new InvalidOperationException()) with { MayDownload = false }, "nothing may be fetched");
        Assert.All(_ran, folder => Assert.False(Directory.Exists(folder)));
        Assert.Equal(4, _ran.Count);
    }

    [Fact]
    public void A_changed_file_among_the_users_packages_is_passed_over()
    {
        Place(_folder.In("packages"), new byte[63_653_533]);
        Fails(Store(_ => new ProgramResult(1, "down")) with { PackageFolder = _folder.In("packages") }, "the package cannot be fetched");
    }

    [Fact]
    public void When_it_is_stopped_nothing_is_left()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => KnownModels.Get(Name, Store(_ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        }), stop.Token));
        Assert.All(_ran, folder => Assert.False(Directory.Exists(folder)));
        Assert.Empty(Files());
    }

    [Fact]
    public void Imported_weights_are_had_by_name_and_other_names_are_refused()
    {
        var store = Store(_ => null);
        var file = _folder.In("theirs.safetensors");
        using (var stream = File.Create(file))
            SafetensorsWriter.Write(stream, [.. ResNetFile.Tensors("small").Select(tensor => tensor.ToSource())], []);
        var path = KnownModels.Import(file, "mine", new WeightsOrigin("a file", "MIT"), store);
        Assert.Equal(path, KnownModels.Get("mine", store));
        Assert.Equal(["mine"], store.Names);
        Assert.Equal("small", PretrainedWeights.Read(path).Metadata.Network);
        Assert.Contains("did you mean 'mine'?", Assert.Throws<WeftException>(() => KnownModels.Get("mime", store)).What);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => KnownModels.Get("../mine", store)).Kind);
    }

    private void Fails(ModelStore store, string what)
    {
        var failed = Assert.Throws<WeftException>(() => KnownModels.Get(Name, store));
        Assert.Equal(ErrorKind.DownloadFailed, failed.Kind);
        Assert.Contains(what, failed.What);
        Assert.Empty(Files());
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder.In("models"))];

    private ModelStore Store(Func<string, ProgramResult?> run) => new()
    {
        Folder = _folder.In("models"),
        Run = (_, _, folder, _) =>
        {
            _ran.Add(folder);
            return run(folder);
        },
    };

    private static void Place(string packages, byte[] bytes)
    {
        var path = Path.Combine(packages, "microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
