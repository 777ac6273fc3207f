using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Weft.App.Tests;

/// <summary>What the compiler cannot check about the rooms, read from the source tree.</summary>
public class ArchitectureTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    [Fact]
    public void Kernels_know_no_tensor() => Empty(Mentions("src/Weft/Devices/Cpu/Kernels", @"\w*Tensor\b(?!Primitives)"));

    [Fact]
    public void Studio_never_names_the_trainer() => Empty(Mentions("src/Weft.App/Studio", @"\bTrainer\b"));

    [Fact]
    public void Product_never_names_the_lab() => Empty(Mentions("src", @"\b[Ll]ab[./\\]"));

    /// <summary>Decision 15: what stands at a path is looked at before it is opened, and that is done in one room.</summary>
    [Fact]
    public void Files_are_opened_in_one_room() => Empty(new[] { "src/Weft.Training", "src/Weft.Interchange", "src/Weft.App" }
        .SelectMany(room => Mentions(
            room,
            @"new FileStream\(|\bFile\.(?:Open|Read|Write|Append|Create|Copy|Move|Replace)\w*\("
            + @"|new Stream(?:Reader|Writer)\((?:path|file|name)\b|new FileInfo\([^)]*\)\.Open"))
        .Where(found => !found.StartsWith(Path.Combine("src", "Weft.Training", "Files") + Path.DirectorySeparatorChar, StringComparison.Ordinal)));

    [Fact]
    public void Projects_only_reference_rooms_below_them()
    {
        string[] fromTheBottom = ["Weft", "Weft.Training", "Weft.Interchange", "Weft.App"];
        foreach (var project in Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var height = Array.IndexOf(fromTheBottom, Path.GetFileNameWithoutExtension(project));
            Assert.True(height >= 0, $"{project} is in no room: the order of rooms in this test has to say where it stands");
            foreach (var reference in References(project))
                Assert.True(Array.IndexOf(fromTheBottom, reference) is var below && below >= 0 && below < height, $"{project} references {reference}");
        }
    }

    [Fact]
    public void Internals_are_open_to_the_own_tests_only()
    {
        foreach (var project in Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var open = XDocument.Load(project).Descendants("InternalsVisibleTo").Select(element => element.Attribute("Include")!.Value);
            Assert.All(open, friend => Assert.Equal(Path.GetFileNameWithoutExtension(project) + ".Tests", friend));
        }
    }

    [Fact]
    public void Engine_has_no_packages()
    {
        var packages = XDocument.Load(Path.Combine(Root, "src/Weft/Weft.csproj")).Descendants("PackageReference").Select(element => element.Attribute("Include")!.Value);
        Assert.Empty(packages);
    }

    [Fact]
    public void No_type_is_named_after_having_no_job()
    {
        var jobless = new Regex(@"\b(?:class|struct|record|interface)\s+\w*(?:Manager|Helpers?|Utils?|Utilities|Misc)\b");
        Empty(Sources("src").Where(path => jobless.IsMatch(File.ReadAllText(path))).Select(path => Path.GetRelativePath(Root, path)));
    }

    [Fact]
    public void Unfinished_notes_carry_an_issue_number() => Empty(Sources("src").Concat(Sources("tests"))
        .SelectMany(path => File.ReadLines(path).Where(line => Regex.IsMatch(line, @"//.*\bTODO\b(?!\s*\(?#\d)")).Select(line => $"{Path.GetRelativePath(Root, path)}: {line.Trim()}")));

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference").Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')));

    // Outside comments: prose may name what code may not.
    private static IEnumerable<string> Mentions(string folder, string pattern) => Sources(folder)
        .SelectMany(path => File.ReadLines(path).Select(line => Regex.Replace(line, @"//.*", ""))
            .Where(line => Regex.IsMatch(line, pattern)).Select(line => $"{Path.GetRelativePath(Root, path)}: {line.Trim()}"));

    private static IEnumerable<string> Sources(string folder) => folder.EndsWith("/Studio", StringComparison.Ordinal) && !Directory.Exists(Path.Combine(Root, folder)) ? [] :
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(Root, folder), "*.razor", SearchOption.AllDirectories));

    private static void Empty(IEnumerable<string> violations) => Assert.Empty(violations);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
