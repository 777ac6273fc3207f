using System.Net;

namespace Weft.Training.Tests;

/// <summary>Downloads from servers that keep the agreement, badly or at all.</summary>
public sealed class MirrorTests : IDisposable
{
    private readonly TinyDataset _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void The_files_are_fetched_verified_cached_and_then_found_without_a_network()
    {
        var data = _tiny.Open();
        Assert.Equal((300, 20, _tiny.Cache), (data.Train.Count, data.LoadTest().Count, data.Folder));
        _tiny.AssertComplete();
        Assert.Equal(4, _tiny.Server.Requests.Count);
        Assert.Equal(data.Fingerprint, _tiny.Open(_tiny.Options with { MayDownload = false }).Fingerprint);
        Assert.Equal(4, _tiny.Server.Requests.Count);
    }

    [Fact]
    public void Only_what_is_missing_or_bad_is_fetched()
    {
        _tiny.Fill(_tiny.Cache);
        File.Delete(Path.Combine(_tiny.Cache, "t10k-labels-idx1-ubyte.gz"));
        _tiny.Open();
        Assert.Equal([TinyDataset.Mirror + "t10k-labels-idx1-ubyte.gz"], _tiny.Server.Requests);
        _tiny.AssertComplete();
    }

    [Fact]
    public void The_next_mirror_is_asked_when_one_fails()
    {
        _tiny.Server.Answer(request => request.RequestUri!.Host == "bad.example" ? new HttpResponseMessage(HttpStatusCode.Forbidden) : null);
        _tiny.Open(_tiny.Options with { Mirrors = [new("https://bad.example/"), new(TinyDataset.Mirror)] });
        Assert.Single(_tiny.Server.Requests, request => request.StartsWith("https://bad.example")); // once is enough
        _tiny.AssertComplete();
    }

    [Fact]
    public void Five_redirects_are_followed()
    {
        _tiny.Server.Answer(request => int.Parse("0" + request.RequestUri!.Query.TrimStart('?')) is var hop and < 5
            ? ScriptedServer.Redirect($"https://hop{hop}.example{request.RequestUri.AbsolutePath}?{hop + 1}")
            : null);
        _tiny.Open();
        _tiny.AssertComplete();
    }

    [Fact]
    public void A_broken_transfer_is_continued_where_it_broke()
    {
        var images = _tiny.Packed["train-images-idx3-ubyte.gz"];
        _tiny.Server.Answer(request => request.Headers.Range is null && request.RequestUri!.AbsolutePath.EndsWith("train-images-idx3-ubyte.gz")
            ? ScriptedServer.Stream(new HostileBody(images[..100_000], HostileBody.End.Reset), images.Length)
            : null);
        _tiny.Open();
        _tiny.AssertComplete();
        Assert.Equal(TinyDataset.Mirror + "train-images-idx3-ubyte.gz bytes=100000-", _tiny.Server.Requests[1]);
    }

    [Fact]
    public void A_body_that_ends_too_early_is_continued()
    {
        var images = _tiny.Packed["train-images-idx3-ubyte.gz"];
        _tiny.Server.Answer(request => request.Headers.Range is null && request.RequestUri!.AbsolutePath.EndsWith("train-images-idx3-ubyte.gz")
            ? ScriptedServer.Stream(new MemoryStream(images[..500]), images.Length)
            : null);
        _tiny.Open();
        _tiny.AssertComplete();
    }

    [Fact]
    public void A_server_that_knows_no_ranges_starts_over()
    {
        var isFirst = true;
        _tiny.Server.Answer(request =>
        {
            var full = _tiny.Packed[Path.GetFileName(request.RequestUri!.AbsolutePath)];
            var answer = isFirst ? ScriptedServer.Stream(new HostileBody(full[..999], HostileBody.End.Reset)) : ScriptedServer.Bytes(full);
            isFirst = false;
            return answer;
        });
        _tiny.Open();
        _tiny.AssertComplete();
    }

    [Fact]
    public void What_a_killed_process_left_is_continued_and_what_does_not_fit_is_fetched_anew()
    {
        Directory.CreateDirectory(_tiny.Cache);
        File.WriteAllBytes(Path.Combine(_tiny.Cache, "train-images-idx3-ubyte.gz.part"), _tiny.Packed["train-images-idx3-ubyte.gz"][..50_000]);
        File.WriteAllBytes(Path.Combine(_tiny.Cache, "train-labels-idx1-ubyte.gz.part"), new byte[30]);
        File.WriteAllBytes(Path.Combine(_tiny.Cache, "t10k-images-idx3-ubyte.gz.part"), _tiny.Packed["t10k-images-idx3-ubyte.gz"]); // whole, but not renamed
        _tiny.Open();
        _tiny.AssertComplete();
        Assert.Contains(TinyDataset.Mirror + "train-images-idx3-ubyte.gz bytes=50000-", _tiny.Server.Requests);
        Assert.Equal(2, _tiny.Server.Requests.Count(request => request.Contains("train-labels")));
    }

    [Fact]
    public void A_kill_at_any_moment_never_leaves_a_short_file_that_is_accepted()
    {
        using var snapshots = new TinyDataset();
        var moment = 0;
        var options = _tiny.Options with
        {
            // What is on disk at this moment is what a kill at this moment leaves.
            Progress = _ =>
            {
                if (moment++ % 7 != 0)
                    return;
                var copy = Path.Combine(snapshots.Folder($"kill-{moment - 1}"), "tiny");
                Directory.CreateDirectory(copy);
                foreach (var file in _tiny.Cached().Where(name => !name.EndsWith(".lock")))
                    File.WriteAllBytes(Path.Combine(copy, file), ReadShared(Path.Combine(_tiny.Cache, file)));
            },
        };
        _tiny.Server.Answer(request =>
            ScriptedServer.Stream(new HostileBody(_tiny.Packed[Path.GetFileName(request.RequestUri!.AbsolutePath)], HostileBody.End.Reset),
            _tiny.Packed[Path.GetFileName(request.RequestUri!.AbsolutePath)].Length));
        Record.Exception(() => _tiny.Open(options with { Limits = options.Limits with { Continuations = 0 } })); // each body resets after its last byte
        Assert.InRange(moment, 100, 1000);

        for (var kill = 0; kill < moment; kill += 7)
        {
            var left = snapshots.Options with { CacheFolder = snapshots.Folder($"kill-{kill}") };
            var error = Assert.Throws<WeftException>(() => snapshots.Open(left with { MayDownload = false }));
            Assert.Equal(ErrorKind.DatasetMissing, error.Kind);
            Assert.Equal(300, snapshots.Open(left).Train.Count);
        }
    }

    [Fact]
    public async Task Two_at_once_fetch_the_files_once()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => _tiny.Open(), TestContext.Current.CancellationToken)));
        Assert.Equal(both[0].Fingerprint, both[1].Fingerprint);
        Assert.Equal(4, _tiny.Server.Requests.Count);
        _tiny.AssertComplete();
    }

    [Fact]
    public void Replacing_keeps_the_damaged_file_beside_the_new_one()
    {
        _tiny.Fill(_tiny.Cache);
        var path = Path.Combine(_tiny.Cache, "train-labels-idx1-ubyte.gz");
        var bad = IdxBytes.Flip(File.ReadAllBytes(path), 30);
        File.WriteAllBytes(path, bad);
        new DatasetSearch(_tiny.Known, _tiny.Options) { VerifyTest = true, Replace = true }.Open(TestContext.Current.CancellationToken);
        Assert.Equal(4, _tiny.Server.Requests.Count);
        Assert.Equal(bad, File.ReadAllBytes(path + ".damaged"));
        File.Delete(path + ".damaged");
        _tiny.AssertComplete();
    }

    [Fact]
    public void Cancelling_stops_at_once_and_keeps_the_part_for_the_next_time()
    {
        using var cancel = new CancellationTokenSource();
        _tiny.Server.Answer(request => ScriptedServer.Stream(new HostileBody(_tiny.Packed["train-images-idx3-ubyte.gz"][..5000], HostileBody.End.Stall)));
        var options = _tiny.Options with { Limits = new DownloadLimits(), Progress = seen => cancel.CancelAfter(seen.BytesRead >= 5000 ? 0 : -1) };
        Assert.ThrowsAny<OperationCanceledException>(() => new DatasetSearch(_tiny.Known, options).Open(cancel.Token));
        Assert.Equal(["train-images-idx3-ubyte.gz.part"], _tiny.Cached());
        _tiny.Server.Script = null;
        _tiny.Open();
        _tiny.AssertComplete();
        Assert.Contains(TinyDataset.Mirror + "train-images-idx3-ubyte.gz bytes=5000-", _tiny.Server.Requests);
    }

    private static byte[] ReadShared(string path)
    {
        // The part is held exclusively; copying from outside the process's own lock is what a crash would see.
        var info = new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(info)!;
        using var copy = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(copy);
        process.WaitForExit();
        return copy.ToArray();
    }
}
