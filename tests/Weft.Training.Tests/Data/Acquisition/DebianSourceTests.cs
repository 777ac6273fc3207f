namespace Weft.Training.Tests;

public sealed class DebianSourceTests : IDisposable
{
    private readonly TinyDataset _tiny = new();
    private readonly List<string> _commands = [];
    private readonly List<string> _folders = [];

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void The_package_is_fetched_unpacked_verified_and_cached_without_root()
    {
        var data = _tiny.Open(With(needsLists: false));
        Assert.Equal((300, _tiny.Cache), (data.Train.Count, data.Folder));
        _tiny.AssertComplete();
        Assert.Equal(["dpkg-deb --version", "apt-get download dataset-tiny", "dpkg-deb -x"],
            _commands.Select(command => string.Join(' ', command.Split(' ').Take(3))).Select(Trimmed));
        AssertNothingLeft();
    }

    [Fact]
    public void Package_lists_are_fetched_into_a_folder_of_our_own_when_the_system_has_none()
    {
        _tiny.Open(With(needsLists: true));
        _tiny.AssertComplete();
        Assert.Contains(_commands, command => command.StartsWith("apt-get -o Dir::State::Lists=") && command.EndsWith(" update"));
        Assert.Equal(2, _commands.Count(command => command.EndsWith("download dataset-tiny")));
        AssertNothingLeft();
    }

    [Fact]
    public void Another_system_is_said_to_be_one()
    {
        var error = _tiny.Refused(ErrorKind.DownloadFailed, _tiny.Options with { Mirrors = [] });
        Assert.Contains("not a Debian-like system", error.Found);
    }

    [Fact]
    public void The_last_words_of_apt_are_passed_on()
    {
        var options = _tiny.Options with
        {
            Mirrors = [],
            Run = (program, _, _, _) =>
            new ProgramResult(program == "apt-get" ? 100 : 0, "Reading...\nE: Unable to locate package\n")
        };
        Assert.Contains("E: Unable to locate package", _tiny.Refused(ErrorKind.DownloadFailed, options).Found);
    }

    [Fact]
    public void A_package_with_other_files_is_refused_and_nothing_is_cached()
    {
        _tiny.Packed["train-images-idx3-ubyte.gz"] = IdxBytes.Gzip(IdxBytes.Images(300, 28, 28, seed: 77));
        Assert.Contains("is not the published file", _tiny.Refused(ErrorKind.DownloadFailed, With(needsLists: false)).Found);
        Assert.Empty(_tiny.Cached());
        _tiny.Packed.Remove("train-images-idx3-ubyte.gz");
        Assert.Contains("does not hold train-images-idx3-ubyte", _tiny.Refused(ErrorKind.DownloadFailed, With(needsLists: false)).Found);
        Assert.Empty(_tiny.Cached());
        AssertNothingLeft();
    }

    [Fact]
    public void A_program_is_run_without_a_shell_and_a_missing_one_is_told_from_a_failing_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs of this test are those of Unix.");
        var stop = TestContext.Current.CancellationToken;
        Assert.Equal(new ProgramResult(0, "$HOME; echo\n"), ExternalProgram.Run("echo", ["$HOME; echo"], "/", stop));
        Assert.Equal(1, ExternalProgram.Run("false", [], "/", stop)!.ExitCode);
        Assert.Null(ExternalProgram.Run("no-such-program-here", [], "/", stop));
    }

    private static string Trimmed(string command) => command.StartsWith("dpkg-deb -x") ? "dpkg-deb -x" : command;

    private void AssertNothingLeft() => Assert.All(_folders, folder => Assert.False(Directory.Exists(folder)));

    /// <summary>A Debian system: "downloading" makes a file, "unpacking" it makes the folder of the package.</summary>
    private DataOptions With(bool needsLists) => _tiny.Options with
    {
        Mirrors = [],
        Run = (program, arguments, folder, _) =>
        {
            _commands.Add($"{program} {string.Join(' ', arguments)}");
            _folders.Add(folder);
            if (program == "apt-get" && arguments[^1] == "dataset-tiny")
            {
                if (needsLists && arguments.Count == 2)
                    return new ProgramResult(100, "E: Unable to locate package dataset-tiny");
                File.WriteAllText(Path.Combine(folder, "dataset-tiny_0_all.deb"), "");
            }
            else if (program == "dpkg-deb" && arguments[0] == "-x")
            {
                _tiny.Fill(Path.Combine(arguments[2], "usr", "share", "datasets", "tiny"));
            }

            return new ProgramResult(0, "");
        },
    };
}
