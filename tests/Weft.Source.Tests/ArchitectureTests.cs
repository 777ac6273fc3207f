using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Weft.Source.Tests;

/// <summary>What the compiler cannot check about the rooms, read from the source tree.</summary>
public class ArchitectureTests
{
    private const string Kernels = "src/Weft/Devices/Cpu/Kernels";

    [Fact]
    public void Kernels_know_no_tensor() => Assert.Empty(Mentions(Kernels, @"\w*Tensor\b(?!Primitives)"));

    [Fact]
    public void Studio_never_names_the_trainer() => Assert.Empty(Mentions("src/Weft.App/Studio", @"\bTrainer\b"));

    [Fact]
    public void Product_never_names_the_lab() => Assert.Empty(Mentions("src", @"\b[Ll]ab[./\\]"));

    [Fact]
    public void A_signal_becomes_an_exit_code_in_one_place() => Assert.StartsWith(
        "src/Weft.App/Terminal/StopSignals.cs:",
        Assert.Single(Mentions("src/Weft.App", @"catch \(OperationCanceledException\) when \(.*\bReceived\b")));

    /// <summary>Decision 19: the app alone knows how a command is spelled and with which number it ends.</summary>
    [Theory]
    [InlineData("src/Weft")]
    [InlineData("src/Weft.Training")]
    [InlineData("src/Weft.Interchange")]
    [InlineData("src/Weft.Postgres")]
    [InlineData("src/Weft.Mpi")]
    public void Libraries_know_no_command_and_no_exit_code(string room) => Assert.Empty(Mentions(
        room,
        @"(?<!\.)\bExitCodes?\.\w|\bweft (?:analyze|bench|compare|config|data|doctor|eval|extend|fork|lr-find|models|plan|predict"
        + @"|report|resume|runs|studio|study|track|train)\b"));

    [Fact]
    public void A_cancellation_token_is_called_so() =>
        Assert.Empty(Mentions("src", @"\bCancellationToken\??\s+(?!cancellationToken\b)[a-z]\w*\s*[,)=]"));

    /// <summary>A rule whose folder was renamed would hold for nothing: it has to fail instead.</summary>
    [Fact]
    public void A_rule_over_a_folder_that_is_gone_fails() =>
        Assert.Throws<DirectoryNotFoundException>(() => Mentions("src/Weft.App/Gone", "anything").ToList());

    /// <summary>Decision 15: what stands at a path is looked at before it is opened, and that is done in one room.</summary>
    [Fact]
    public void Files_are_opened_in_one_room() => Assert.All(
        new[] { "src/Weft.Training", "src/Weft.Interchange", "src/Weft.Postgres", "src/Weft.Mpi", "src/Weft.App" }.SelectMany(room => Mentions(
            room,
            @"new FileStream\(|\bFile\.(?:Open|Read|Write|Append|Create|Copy|Move|Replace)\w*\("
            + @"|new Stream(?:Reader|Writer)\((?:path|file|name)\b|new FileInfo\([^)]*\)\.Open")),
        found => Assert.StartsWith("src/Weft.Training/Files/", found));

    [Fact]
    public void Projects_only_reference_rooms_below_them()
    {
        foreach (var project in Projects)
        {
            var height = Array.IndexOf(Imports.Rooms, Path.GetFileNameWithoutExtension(project));
            Assert.True(height >= 0, $"{project} is in no room: Imports.Rooms has to say where it stands");
            foreach (var reference in Included(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
                Assert.True(Array.IndexOf(Imports.Rooms, reference) is var below && below >= 0 && below < height, $"{project} references {reference}");
        }
    }

    /// <summary>Decision 21: what the rooms above need of Training and Interchange is not promised to everybody who takes the package.</summary>
    [Fact]
    public void Internals_are_open_to_the_own_tests_and_those_of_training_and_interchange_to_the_rooms_above() => Assert.All(Projects, project =>
    {
        var room = Path.GetFileNameWithoutExtension(project);
        string[] above = room switch
        {
            "Weft.Training" => ["Weft.Interchange", "Weft.Interchange.Tests", "Weft.Postgres", "Weft.Postgres.Tests", "Weft.Mpi", "Weft.App", "Weft.App.Tests"],
            "Weft.Interchange" or "Weft.Postgres" or "Weft.Mpi" => ["Weft.App", "Weft.App.Tests"],
            _ => [],
        };
        Assert.All(
            Included(project, "InternalsVisibleTo").SelectMany(friends => friends.Split(';')),
            friend => Assert.Contains(friend, above.Append(room + ".Tests")));
    });

    /// <summary>Without its list a library's public surface would be guarded by nobody, and the build would not say so.</summary>
    [Fact]
    public void The_public_surface_of_each_library_is_frozen() => Assert.All(
        Projects.Where(project => !project.EndsWith("Weft.App.csproj", StringComparison.Ordinal)),
        project => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(SourceTree.At(project))!, "PublicAPI.Shipped.txt")), project));

    [Fact]
    public void Engine_has_no_packages() => Assert.Empty(Included("src/Weft/Weft.csproj", "PackageReference"));

    [Fact]
    public void No_type_is_named_after_having_no_job() => Assert.Empty(
        Mentions("src", @"\b(?:class|struct|record|interface)\s+\w*(?:Manager|Helpers?|Utils?|Utilities|Misc)\b"));

    [Fact]
    public void Unfinished_notes_carry_an_issue_number() =>
        Assert.Empty(new[] { "src", "tests" }.SelectMany(folder => SourceTree.Files(folder, ".cs", ".razor"))
        .SelectMany(path => SourceTree.Lines(path).Where(line => Regex.IsMatch(line, @"//.*\bTODO\b(?!\s*\(?#\d)")).Select(line => $"{path}: {line.Trim()}")));

    private static IReadOnlyList<string> Projects => [.. SourceTree.Files("src", ".csproj")];

    private static List<string> Included(string project, string item) =>
        [.. XDocument.Load(SourceTree.At(project)).Descendants(item).Select(element => element.Attribute("Include")!.Value)];

    // Outside comments: prose may name what code may not.
    private static IEnumerable<string> Mentions(string folder, string pattern) => SourceTree.Files(folder, ".cs", ".razor")
        .SelectMany(path => SourceTree.Lines(path).Select(line => Regex.Replace(line, @"//.*", ""))
            .Where(line => Regex.IsMatch(line, pattern)).Select(line => $"{path}: {line.Trim()}"));
}
