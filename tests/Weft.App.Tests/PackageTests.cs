using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Weft.App.Tests;

/// <summary>
/// The packages as somebody gets them who has no checkout: packed into a folder, restored from it into an empty project, installed from it as a tool. What the
/// packages depend on comes from the packages of this machine, so nothing is fetched.
/// </summary>
public sealed class PackageTests(PackageTests.Feed feed) : IClassFixture<PackageTests.Feed>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Theory, InlineData("Weft"), InlineData("Weft.Training"), InlineData("Weft.Interchange"), InlineData("Weft.Tool")]
    public void A_package_says_what_it_is_and_brings_its_symbols(string name)
    {
        using var package = ZipFile.OpenRead(feed.File(name, "nupkg"));
        using var reader = new StreamReader(package.GetEntry($"{name}.nuspec")!.Open());
        var specification = reader.ReadToEnd();
        Assert.Contains("<license type=\"expression\">MIT</license>", specification);
        Assert.Contains("<readme>README.md</readme>", specification);
        Assert.Matches("<description>[^<]{60,}</description>", specification);
        Assert.Contains("<repository type=\"git\"", specification);
        Assert.DoesNotContain(Checkout, specification);
        Assert.NotNull(package.GetEntry("README.md"));
        if (name is "Weft.Tool")
            return;
        Assert.NotNull(package.GetEntry($"lib/net10.0/{name}.xml"));
        using var symbols = ZipFile.OpenRead(feed.File(name, "snupkg"));
        using var bytes = new MemoryStream();
        using (var pdb = symbols.GetEntry($"lib/net10.0/{name}.pdb")!.Open())
            pdb.CopyTo(bytes);
        // Sources are known by a path that no machine has.
        Assert.True(bytes.ToArray().AsSpan().IndexOf("/_"u8) >= 0);
        Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Checkout)));
    }

    [Fact]
    public void An_empty_project_trains_saves_loads_and_predicts_from_the_packages()
    {
        var project = Directory.CreateDirectory(feed.Place.At("consumer")).FullName;
        System.IO.File.Copy(Path.Combine(Checkout, "samples", "OwnData", "Program.cs"), Path.Combine(project, "Program.cs"));
        File.WriteAllText(Path.Combine(project, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Weft.Training" Version="{feed.Version}" /></ItemGroup>
            </Project>
            """);
        feed.Dotnet(project, "build", "-c", "Release", "--disable-build-servers", "-o", "out");
        var output = feed.Dotnet(project, "out/Consumer.dll", ".");
        Assert.Contains("bright at the bottom: bottom", output);
        Assert.True(File.Exists(Path.Combine(project, "stripes.safetensors")));
    }

    [Fact]
    public void The_tool_is_installed_says_its_version_and_trains()
    {
        feed.Dotnet(feed.Place.Path, "tool", "install", "Weft.Tool", "--version", feed.Version, "--tool-path", "tools");
        var weft = Path.Combine(feed.Place.At("tools"), OperatingSystem.IsWindows() ? "weft.exe" : "weft");
        Assert.StartsWith(feed.Version, Run(weft, feed.Place.Path, [], "--version"));
        using var data = new TinyData();
        var runs = feed.Place.At("tool-runs");
        Run(weft, feed.Place.Path, [], "train", "--data", data.Folder, "--runs", runs, "--epochs", "1", "--name", "tiny");
        Assert.True(File.Exists(Path.Combine(runs, "tiny", "checkpoints", "best.safetensors")));
    }

    private static string Checkout { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    private static string Run(string program, string folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience), $"{program} {string.Join(' ', arguments)} is still running after {Patience}");
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{output.Result}{error.Result}");
        return output.Result;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>A folder with the packages of this build, and a package cache of its own that falls back to the machine's.</summary>
    public sealed class Feed : IDisposable
    {
        public Feed()
        {
            // What is packed is what was built: nothing is compiled again.
            foreach (var project in new[] { "Weft", "Weft.Training", "Weft.Interchange", "Weft.App" })
                Dotnet(Checkout, "pack", $"src/{project}/{project}.csproj", "-c", "Release", "--no-build", "--disable-build-servers", "-v", "quiet", "-o", Place.At("feed"));
            System.IO.File.WriteAllText(Place.At("nuget.config"), """
                <configuration>
                  <packageSources><clear /><add key="here" value="feed" /></packageSources>
                </configuration>
                """);
        }

        internal TempFolder Place { get; } = new();

        public string Version => Path.GetFileNameWithoutExtension(Directory.GetFiles(Place.At("feed"), "Weft.Tool.*.nupkg").Single())["Weft.Tool.".Length..];

        public string File(string name, string ending) => Place.At(Path.Combine("feed", $"{name}.{Version}.{ending}"));

        public string Dotnet(string folder, params string[] arguments)
        {
            var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            (string, string)[] own = folder == Checkout ? [] : [("NUGET_PACKAGES", Place.At("packages")), ("NUGET_FALLBACK_PACKAGES", packages)];
            return Run("dotnet", folder, [.. own, ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1")], arguments);
        }

        public void Dispose() => Place.Dispose();
    }
}
