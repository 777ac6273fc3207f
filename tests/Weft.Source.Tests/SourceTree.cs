using System.Runtime.CompilerServices;

namespace Weft.Source.Tests;

/// <summary>The files of the checkout that people write, by paths with slashes that are relative to its root.</summary>
internal static class SourceTree
{
    private static readonly string[] CodeEndings = [".cs", ".razor", ".sh", ".py", ".js", ".css"];

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    /// <summary>All folders that hold code of ours.</summary>
    public static string[] Folders => ["src", "tests", "samples", "bench", "eng", "lab"];

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    public static IEnumerable<string> Lines(string path) => File.ReadLines(At(path));

    /// <summary>The code files of a folder. A rule about a folder that is gone guards nothing, so a missing folder is an error.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static IEnumerable<string> Code(string folder) => Files(folder, CodeEndings);

    /// <summary>
    /// The Markdown that describes what is there now: the files at the root, in the folders of code and in <c>docs</c>. The change log and the decisions stay
    /// as they were written.
    /// </summary>
    public static IEnumerable<string> Documents() => new[] { "README.md", "ARCHITECTURE.md" }
        .Concat(new[] { "docs", "src", "samples", "lab" }.SelectMany(folder => Files(folder, ".md")))
        .Where(path => !path.StartsWith("docs/decisions/", StringComparison.Ordinal));

    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static IEnumerable<string> Files(string folder, params string[] endings) =>
        Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories)
            .Where(path => endings.Contains(Path.GetExtension(path)))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/") && !path.Contains("/Generated/"))
            .Order(StringComparer.Ordinal);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
