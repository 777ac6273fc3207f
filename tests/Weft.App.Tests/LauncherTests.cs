using System.Runtime.CompilerServices;

namespace Weft.App.Tests;

/// <summary>
/// ./weft on somebody else's machine: a clean copy with a space and an umlaut in its path, where nothing can be written, a feed that cannot be reached,
/// packages in the cache, no HOME, and a warning in the source. One build, made once.
/// </summary>
public sealed class LauncherCopy : IDisposable
{
    private readonly TempFolder _place = new();

    public LauncherCopy()
    {
        if (OperatingSystem.IsWindows())
            return;
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "src"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root).Where(IsForBuilding)))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.WriteAllText(Path.Combine(Folder, "NuGet.Config"),
            """<configuration><packageSources><clear /><add key="gone" value="https://127.0.0.1:9/index.json" /></packageSources></configuration>""");
        File.WriteAllText(Path.Combine(Folder, "artifacts"), "a file where the folder should be, so that not even root can write there");
        File.WriteAllText(Planted, "namespace Weft.App;\n\ninternal sealed class planted { private int _unused; }\n"); // CS0169, and the style's naming rule
        First = Start("env -u HOME ", "--version");
    }

    internal (int Code, string Output, string Error) First { get; }

    internal string Planted => Path.Combine(Folder, "src", "Weft.App", "Planted.cs");

    private string Folder => _place.At("weft für alle");

    /// <summary>A build takes as long as it takes.</summary>
    /// <param name="before">Before the command, in the shell.</param>
    internal (int Code, string Output, string Error) Start(string before, string arguments) =>
        WeftProcess.Shell($"export XDG_CACHE_HOME='{_place.Path}/cache'; {before}'{Folder}/weft' {arguments}", Timeout.InfiniteTimeSpan);

    public void Dispose() => _place.Dispose();

    private static bool IsForBuilding(string file) =>
        Path.GetFileName(file) is var name && (name is "weft" or "global.json" or ".editorconfig" || name.StartsWith("Directory.", StringComparison.Ordinal));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

public class LauncherTests(LauncherCopy copy) : IClassFixture<LauncherCopy>
{
    private const string NoWindows = "weft.cmd has no test here";

    [Fact]
    public void It_builds_what_is_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoWindows);
        Assert.True(copy.First.Code == 0, copy.First.Error);
        Assert.Matches(@"^\d+\.\d+\.\d+", copy.First.Output);
        Assert.Contains("cannot be written; the build goes to ", copy.First.Error);
    }

    [Theory]
    [InlineData("env -i PATH=\"$PATH\" XDG_CACHE_HOME=\"$XDG_CACHE_HOME\" ${DOTNET_ROOT:+DOTNET_ROOT=\"$DOTNET_ROOT\"} ", "--version", 0)]
    [InlineData("", "--version <&-", 0)]
    [InlineData("", "--version >&-", 0)]
    [InlineData("", "--version 2>&-", 0)]
    [InlineData("", "--version <&- >&- 2>&-", 0)]
    [InlineData("", "config show --json >&-", 41)]
    [InlineData("ulimit -f 60; ", "--version", 0)]
    public void What_is_built_starts_anywhere(string before, string arguments, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoWindows);
        var (code, output, error) = copy.Start(before, arguments);
        Assert.True(code == expected, $"{code}\n{output}\n{error}");
        Assert.DoesNotContain("building", error);
    }

    [Fact]
    public void Files_that_the_caller_gave_it_reach_the_program()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are looked at in /proc");
        using var place = new TempFolder();
        File.WriteAllText(place.At("dotnet"), "#!/bin/sh\nfor number in 6 7 8 9; do readlink \"/proc/$$/fd/$number\"; done\n");
        File.WriteAllText(place.At("given"), "");
        var (code, output, error) = copy.Start(
            $"chmod +x {place.At("dotnet")}; for number in 6 7 8 9; do eval \"exec $number<{place.At("given")}\"; done; PATH={place.Path}:$PATH ", "--version");
        Assert.True(code == 0, error);
        Assert.Equal(Enumerable.Repeat(place.At("given"), 4), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_source_from_the_future_is_built_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoWindows);
        File.SetLastWriteTimeUtc(copy.Planted, DateTime.UtcNow.AddYears(1));
        var (code, _, error) = copy.Start("", "--version");
        Assert.True(code == 0, error);
        Assert.DoesNotContain("building", error);
    }

    [Fact]
    public void A_changed_source_is_built_whatever_its_time_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoWindows);
        using var tools = new TempFolder();
        File.WriteAllText(tools.At("dotnet"), "#!/bin/sh\n[ \"$1\" = --version ] && exec echo 10.0.100\necho 'error X1: the build was begun'\nexit 1\n");
        var text = File.ReadAllText(copy.Planted);
        try
        {
            File.WriteAllText(copy.Planted, text + "// changed\n");
            File.SetLastWriteTimeUtc(copy.Planted, DateTime.UnixEpoch.AddYears(10)); // long before the build
            var (code, _, error) = copy.Start($"chmod +x '{tools.At("dotnet")}'; export PATH='{tools.Path}':\"$PATH\"; ", "--version");
            Assert.Equal(1, code);
            Assert.Contains("the source has changed, building", error);
            Assert.Contains("error X1: the build was begun", error);
        }
        finally
        {
            File.WriteAllText(copy.Planted, text);
        }
    }
}
