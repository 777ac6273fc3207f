namespace Weft.Training.Tests;

/// <summary>The order of sources, and what is said of those that failed.</summary>
public sealed class DatasetSearchTests : IDisposable
{
    private readonly TinyDataset _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void The_cache_comes_before_the_systems_folder()
    {
        _tiny.Fill(_tiny.Cache);
        _tiny.Fill(_tiny.System);
        Assert.Equal(_tiny.Cache, _tiny.Open().Folder);
        Directory.Delete(_tiny.Cache, recursive: true);
        var data = _tiny.Open();
        Assert.Equal(_tiny.System, data.Folder);
        Assert.Empty(data.Notes);
        Assert.Empty(_tiny.Server.Requests);
    }

    [Fact]
    public void Plain_files_are_as_good()
    {
        _tiny.Fill(_tiny.System);
        foreach (var path in Directory.GetFiles(_tiny.System))
        {
            using (var packed = new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress))
            using (var plain = File.Create(path[..^3]))
                packed.CopyTo(plain);
            File.Delete(path);
        }

        Assert.Equal(300, _tiny.Open().Train.Count);
        Assert.Empty(_tiny.Server.Requests);
    }

    [Fact]
    public void A_damaged_cache_is_passed_over_said_and_left_alone()
    {
        _tiny.Fill(_tiny.Cache);
        _tiny.Fill(_tiny.System);
        var path = Path.Combine(_tiny.Cache, "train-images-idx3-ubyte.gz");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        var data = _tiny.Open();
        Assert.Equal(_tiny.System, data.Folder);
        Assert.Contains("train-images-idx3-ubyte.gz is incomplete", Assert.Single(data.Notes));
        Assert.Equal(1000, new FileInfo(path).Length);
    }

    [Fact]
    public void Damage_and_no_sound_copy_is_damage()
    {
        _tiny.Fill(_tiny.Cache);
        var path = Path.Combine(_tiny.Cache, "train-labels-idx1-ubyte.gz");
        File.WriteAllBytes(path, IdxBytes.Gzip(IdxBytes.Labels(300, i => (byte)(i == 77 ? 12 : 1))));
        var error = _tiny.Refused(ErrorKind.DatasetDamaged, _tiny.Options with { MayDownload = false });
        Assert.Equal("tiny is damaged (train-labels-idx1-ubyte.gz has a label that is no class) and no sound copy was found", error.What);
        Assert.Equal(("0 to 9", new GetDataset("tiny", Replace: true)), (error.Expected, error.Next));
        Assert.StartsWith(path, error.Where);
        Assert.Equal(4, _tiny.Cached().Length);
    }

    [Fact]
    public void Nothing_found_and_no_network_wanted_is_missing_data()
    {
        var error = _tiny.Refused(ErrorKind.DatasetMissing, _tiny.Options with { MayDownload = false });
        Assert.Equal($"cache {_tiny.Cache}: not there; system {_tiny.System}: not there; mirrors: not asked, downloads are off; Debian package: not asked, "
            + "downloads are off", error.Found);
        Assert.Empty(_tiny.Cached());
    }

    [Fact]
    public void A_folder_with_some_of_the_files_is_not_enough()
    {
        _tiny.Fill(_tiny.System);
        File.Delete(Path.Combine(_tiny.System, "t10k-images-idx3-ubyte.gz"));
        Assert.Contains("only 3 of 4 files", _tiny.Refused(ErrorKind.DatasetMissing, _tiny.Options with { MayDownload = false }).Found);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_tiny.Folder("cache"), "a file where the folder should be");
        var error = _tiny.Refused(ErrorKind.DownloadFailed);
        Assert.Contains("the cache folder cannot be written", error.Found);
    }

    [Fact]
    public void The_test_files_are_opened_by_LoadTest_alone()
    {
        _tiny.Fill(_tiny.System);
        File.WriteAllText(Path.Combine(_tiny.System, "t10k-images-idx3-ubyte.gz"), "not a gzip file");
        var data = _tiny.Open(verifyTest: false);
        Assert.Equal(300, data.Train.Count);
        Assert.False(data.TestIsLoaded);
        Assert.Equal(ErrorKind.DatasetDamaged, Assert.Throws<WeftException>(data.LoadTest).Kind);
    }

    [Fact]
    public void The_users_cache_follows_the_environment()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "XDG_CACHE_HOME is not asked on Windows.");
        var before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "/somewhere");
            Assert.Equal("/somewhere/weft", DataOptions.UserCache());
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "relative"); // to be ignored, says the specification
            Assert.EndsWith("/.cache/weft", DataOptions.UserCache());
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }
    }
}
