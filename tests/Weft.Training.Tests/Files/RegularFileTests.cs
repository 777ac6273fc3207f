using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft.Training.Tests;

/// <summary>What stands at a path is looked at before anything is opened, and only regular files are.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_kind_of_thing_at_a_path_is_told_from_the_others()
    {
        File.WriteAllText(_folder.In("file"), "text");
        File.WriteAllText(_folder.In("empty"), "");
        File.CreateSymbolicLink(_folder.In("link"), _folder.In("file"));
        File.CreateSymbolicLink(_folder.In("dangling"), _folder.In("nothing"));
        File.CreateSymbolicLink(_folder.In("link-to-folder"), _folder.Path);
        MakePipe("pipe");

        Assert.Equal(PathKind.Absent, PathKinds.Of(_folder.In("nothing")));
        Assert.Equal(PathKind.Regular, PathKinds.Of(_folder.In("file")));
        Assert.Equal(PathKind.Regular, PathKinds.Of(_folder.In("empty")));
        Assert.Equal(PathKind.Folder, PathKinds.Of(_folder.Path));
        Assert.Equal(PathKind.Link, PathKinds.Of(_folder.In("link")));
        Assert.Equal(PathKind.Regular, PathKinds.Of(_folder.In("link"), followLinks: true));
        Assert.Equal(PathKind.Link, PathKinds.Of(_folder.In("dangling")));
        Assert.Equal(PathKind.Absent, PathKinds.Of(_folder.In("dangling"), followLinks: true));
        Assert.Equal(PathKind.Folder, PathKinds.Of(_folder.In("link-to-folder"), followLinks: true));
        Assert.Equal(PathKind.Special, PathKinds.Of(_folder.In("pipe")));
        Assert.Equal(PathKind.Special, PathKinds.Of("/dev/null"));
        Assert.Equal(PathKind.Special, PathKinds.Of("/dev/zero"));
    }

    [Fact]
    public void Pipes_devices_and_folders_are_refused_at_once()
    {
        MakePipe("pipe");
        foreach (var path in new[] { _folder.In("pipe"), "/dev/zero", _folder.Path })
        {
            Assert.Throws<NotRegularFileException>(() => RegularFile.OpenRead(path));
            Assert.Throws<NotRegularFileException>(() => RegularFile.ReadOwn(path, 100));
        }
    }

    [Fact]
    public void Links_are_followed_where_a_person_named_them_and_nowhere_in_a_run()
    {
        File.WriteAllText(_folder.In("file"), "text");
        File.CreateSymbolicLink(_folder.In("link"), _folder.In("file"));

        Assert.Equal("text", Encoding.UTF8.GetString(RegularFile.ReadAllBytes(_folder.In("link"), 100)));
        Assert.Throws<NotRegularFileException>(() => RegularFile.ReadOwn(_folder.In("link"), 100));
        Assert.Throws<NotRegularFileException>(() => RegularFile.OpenOwn(_folder.In("link"), FileMode.OpenOrCreate, FileAccess.ReadWrite));
        Assert.False(RegularFile.Exists(_folder.In("link")));
    }

    [Fact]
    public void A_file_longer_than_the_limit_is_refused()
    {
        File.WriteAllBytes(_folder.In("file"), new byte[101]);
        Assert.Throws<IOException>(() => RegularFile.ReadAllBytes(_folder.In("file"), 100));
        Assert.Equal(101, RegularFile.ReadAllBytes(_folder.In("file"), 101).Length);
    }

    [Fact]
    public void An_output_replaces_a_file_writes_through_a_link_and_leaves_a_device_a_device()
    {
        File.WriteAllText(_folder.In("file"), "old");
        File.CreateSymbolicLink(_folder.In("link"), _folder.In("file"));

        Write(_folder.In("link"), "through");
        Assert.Equal(PathKind.Link, PathKinds.Of(_folder.In("link")));
        Assert.Equal("through", File.ReadAllText(_folder.In("file")));

        Write(_folder.In("new", "folder", "file"), "made");
        Assert.Equal("made", File.ReadAllText(_folder.In("new", "folder", "file")));

        Write("/dev/null", "nowhere");
        Assert.Equal(PathKind.Special, PathKinds.Of("/dev/null"));

        var refused = Assert.Throws<WeftException>(() => Write(_folder.Path, "a folder"));
        Assert.Equal(ErrorKind.IoError, refused.Kind);

        static void Write(string path, string text) => OutputFile.Write(path, Encoding.UTF8.GetBytes(text), "it cannot be written", new Advice("name another"));
    }

    [Fact]
    public async Task A_pipe_gets_the_bytes()
    {
        MakePipe("pipe");
        var read = Task.Run(() => File.ReadAllText(_folder.In("pipe")), TestContext.Current.CancellationToken);
        OutputFile.Write(_folder.In("pipe"), Encoding.UTF8.GetBytes("through the pipe"), "it cannot be written", new Advice("name another"));
        Assert.Equal("through the pipe", await read);
        Assert.Equal(PathKind.Special, PathKinds.Of(_folder.In("pipe")));
    }

    [Fact]
    public void A_new_file_has_the_mode_that_the_mask_gives()
    {
        Assert.False(OperatingSystem.IsWindows());
        DurableFile.Write(DiskFiles.Instance, _folder.In("durable"), "text"u8.ToArray());
        File.WriteAllText(_folder.In("plain"), "text");
        Assert.Equal(new FileInfo(_folder.In("plain")).UnixFileMode, new FileInfo(_folder.In("durable")).UnixFileMode);
    }

    [Theory]
    [InlineData(784L, 1000, 28L, 28L)]
    [InlineData(0L, 1000, 0L, 1L << 40, 1L << 40)]
    [InlineData(null, 1000, 28L, 36L)]
    [InlineData(null, 1000, -1L, -5L)]
    [InlineData(null, long.MaxValue, 1L << 22, 1L << 21, 1L << 21)] // 2^64
    [InlineData(null, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(null, long.MaxValue, 1L << 31)]
    public void A_product_of_sizes_never_wraps(long? expected, long limit, params long[] sizes) => Assert.Equal(expected, SizeLimit.Product(limit, sizes));

    private void MakePipe(string name)
    {
        Assert.False(RuntimeInformation.IsOSPlatform(OSPlatform.Windows));
        using var made = Process.Start("mkfifo", [_folder.In(name)])!;
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
