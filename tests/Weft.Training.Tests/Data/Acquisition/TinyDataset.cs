using System.Security.Cryptography;

namespace Weft.Training.Tests;

/// <summary>A published data set of a few kilobytes, with a cache folder of its own that is deleted in the end.</summary>
internal sealed class TinyDataset : IDisposable
{
    public const string Mirror = "https://mirror.example/data/";

    private readonly string _root = Directory.CreateTempSubdirectory("weft-test-").FullName;

    public TinyDataset()
    {
        var contents = new (string Name, IdxContent Content, int Count, byte[] Bytes)[]
        {
            (IdxFolder.TrainImages, IdxContent.Images, 300, IdxBytes.Images(300, 28, 28)),
            (IdxFolder.TrainLabels, IdxContent.Labels, 300, IdxBytes.Labels(300)),
            (IdxFolder.TestImages, IdxContent.Images, 20, IdxBytes.Images(20, 28, 28, seed: 2)),
            (IdxFolder.TestLabels, IdxContent.Labels, 20, IdxBytes.Labels(20)),
        };
        Packed = contents.ToDictionary(file => file.Name + ".gz", file => IdxBytes.Gzip(file.Bytes));
        Known = new KnownDataset("tiny", new FeatureShape(28, 28, 1), FashionMnist.Known.ClassNames,
            [.. contents.Select(file =>
                new KnownFile(file.Name, file.Content, file.Count, Convert.ToHexStringLower(SHA256.HashData(file.Bytes)), Packed[file.Name + ".gz"].Length))]);
        Server = new ScriptedServer(Packed);
        Options = new DataOptions
        {
            CacheFolder = Path.Combine(_root, "cache"),
            SystemFolder = Path.Combine(_root, "system"),
            Mirrors = [new Uri(Mirror)],
            Handler = Server,
            Run = (_, _, _, _) => null,
            Limits = new DownloadLimits { Silence = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(1) },
        };
    }

    /// <summary>The four <c>.gz</c> files by name.</summary>
    public Dictionary<string, byte[]> Packed { get; }

    public KnownDataset Known { get; }

    public ScriptedServer Server { get; }

    public DataOptions Options { get; init; }

    public string Cache => Path.Combine(_root, "cache", "tiny");

    public string System => Path.Combine(_root, "system", "tiny");

    public string Folder(string name) => Path.Combine(_root, name);

    /// <summary>Writes the sound files into a folder.</summary>
    public void Fill(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in Packed)
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    public ImageDataset Open(DataOptions? options = null, bool verifyTest = true) =>
        new DatasetSearch(Known, options ?? Options) { VerifyTest = verifyTest }.Open(TestContext.Current.CancellationToken);

    public WeftException Refused(ErrorKind kind, DataOptions? options = null)
    {
        var error = Assert.Throws<WeftException>(() => Open(options));
        Assert.Equal(kind, error.Kind);
        Assert.All([error.Where, error.Expected, error.Found, error.Safe], part => Assert.False(string.IsNullOrWhiteSpace(part)));
        Assert.NotNull(error.Next);
        return error;
    }

    /// <summary>Names of all files in the cache.</summary>
    public string[] Cached() => Directory.Exists(Cache) ? [.. Directory.GetFiles(Cache).Select(path => Path.GetFileName(path)!).Order()] : [];

    public void AssertComplete()
    {
        Assert.Equal(Packed.Keys.Order(), Cached());
        Assert.All(Packed, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(Cache, file.Key))));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
