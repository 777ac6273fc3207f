using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Runtime.CompilerServices;
using System.Text;

namespace Weft.App.Tests;

/// <summary>
/// The packages as somebody gets them who has no checkout: packed into a folder, restored from it into an empty project, installed from it as a tool. What the
/// packages depend on comes from the packages of this machine, so nothing is fetched.
/// </summary>
public sealed class PackageTests(PackageTests.Feed feed) : IClassFixture<PackageTests.Feed>
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE"); // the format of portable symbols has it so
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Theory, InlineData("Weft"), InlineData("Weft.Pictures"), InlineData("Weft.Training"), InlineData("Weft.Interchange"), InlineData("Weft.Tool")]
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
        using var pdb = new MemoryStream();
        using (var packed = symbols.GetEntry($"lib/net10.0/{name}.pdb")!.Open())
            packed.CopyTo(pdb);
        pdb.Position = 0;
        using var provider = MetadataReaderProvider.FromPortablePdbStream(pdb, MetadataStreamOptions.LeaveOpen);
        var symbol = provider.GetMetadataReader();
        // Sources are known by a path that no machine has, and travel in the symbols.
        Assert.All(symbol.Documents.Select(document => symbol.GetString(symbol.GetDocument(document).Name)), path => Assert.StartsWith("/_/", path));
        Assert.Contains(symbol.CustomDebugInformation, entry => symbol.GetGuid(symbol.GetCustomDebugInformation(entry).Kind) == EmbeddedSource);
        Assert.Equal(-1, pdb.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Checkout)));
    }

    [Fact]
    public void An_empty_project_with_a_block_an_augmentation_and_a_metric_of_its_own_trains_and_another_process_predicts()
    {
        var project = Directory.CreateDirectory(feed.Place.At("consumer")).FullName;
        File.Copy(Path.Combine(Checkout, "samples", "OwnBlock", "Program.cs"), Path.Combine(project, "Program.cs"));
        File.WriteAllText(Path.Combine(project, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Weft.Training" Version="{feed.Version}" /></ItemGroup>
            </Project>
            """);
        feed.Dotnet(project, "build", "-c", "Release", "--disable-build-servers", "-o", "out");
        using var data = new TinyData(train: 900);
        var trained = feed.Dotnet(project, "out/Consumer.dll", "train", "own.safetensors", data.Folder);
        Assert.Matches(@"^\d+\.\d\s?% of the validation images, \d+\.\d\s?% of the worst class", trained);
        var pictures = Path.Combine(data.Folder, "t10k-images-idx3-ubyte");
        var lines = feed.Dotnet(project, "out/Consumer.dll", "predict", "own.safetensors", pictures).TrimEnd().Split('\n');
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i % 3}"), lines.Select(line => line.Split(": ")[1].Split(' ')[0]));
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

    /// <summary>A folder with the packages of this build, and a package cache of its own that takes all else from the machine's.</summary>
    public sealed class Feed : IDisposable
    {
        public Feed()
        {
            // What is packed is what was built: nothing is compiled again.
            foreach (var project in new[] { "Weft", "Weft.Pictures", "Weft.Training", "Weft.Interchange", "Weft.App" })
                Dotnet(Checkout, "pack", $"src/{project}/{project}.csproj", "-c", "Release", "--no-build",
                    "--disable-build-servers", "-v", "quiet", "-o", Place.At("feed"));
            // This machine may have had packages of ours before, of the same version: ours come from the feed, those of others from the machine.
            System.IO.File.WriteAllText(Place.At("nuget.config"), $"""
                <configuration>
                  <packageSources><clear /><add key="here" value="feed" /><add key="machine" value="{Machine}" /></packageSources>
                  <packageSourceMapping>
                    <clear />
                    <packageSource key="here"><package pattern="Weft*" /></packageSource>
                    <packageSource key="machine"><package pattern="*" /></packageSource>
                  </packageSourceMapping>
                </configuration>
                """);
        }

        internal TempFolder Place { get; } = new();

        private static string Machine => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        public string Version => Path.GetFileNameWithoutExtension(Directory.GetFiles(Place.At("feed"), "Weft.Tool.*.nupkg").Single())["Weft.Tool.".Length..];

        public string File(string name, string ending) => Place.At(Path.Combine("feed", $"{name}.{Version}.{ending}"));

        public string Dotnet(string folder, params string[] arguments)
        {
            (string, string)[] own = folder == Checkout ? [] : [("NUGET_PACKAGES", Place.At("packages"))];
            return Run("dotnet", folder, [.. own, ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1")], arguments);
        }

        public void Dispose() => Place.Dispose();
    }
}
