using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A generated classifier with the files around it: weights that are too many for the source, a program, and a project.</summary>
internal sealed class CSharpProject(string name, CSharpSource source)
{
    private const string ProgramName = "Program.cs";

    private static readonly Advice Elsewhere = new("export it elsewhere with --out");

    public string Name { get; } = name;

    /// <summary>What the folder may hold, the SDK's own folders included.</summary>
    public IReadOnlyList<string> Names { get; } = [ProgramName, name + ".cs", name + ".weights", ProjectOf(name), "bin", "obj"];

    /// <summary>Writes the source (and its weights), or a folder that <c>dotnet run</c> takes.</summary>
    /// <param name="path">The source file, or the folder.</param>
    /// <returns>The bytes that were written, the source first.</returns>
    /// <exception cref="WeftException">It cannot be written.</exception>
    public byte[] WriteTo(string path, bool asProject)
    {
        var folder = asProject ? path : Path.GetDirectoryName(path)!;
        var text = Encoding.UTF8.GetBytes(source.Text);
        if (source.Weights is { } weights)
            Write(Path.Combine(folder, Name + ".weights"), weights);
        if (asProject)
        {
            var resource = source.Weights is null ? ""
                : $"  <ItemGroup>\n    <EmbeddedResource Include=\"{Name}.weights\" LogicalName=\"{Name}.weights\" />\n  </ItemGroup>\n";
            Write(Path.Combine(folder, ProgramName), Filled("ClassifierProgram.cs.txt", "name", Name));
            Write(Path.Combine(folder, ProjectOf(Name)), Filled("ClassifierProject.csproj.txt", "embedded", resource));
        }

        Write(asProject ? Path.Combine(folder, Name + ".cs") : path, text);
        return [.. text, .. source.Weights ?? []];
    }

    private static string ProjectOf(string name) => name + ".Program.csproj";

    private static byte[] Filled(string template, string key, string value)
    {
        using var reader = new StreamReader(typeof(CSharpProject).Assembly.GetManifestResourceStream(template)!);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd().ReplaceLineEndings("\n").Replace("{{" + key + "}}", value, StringComparison.Ordinal)
            .Replace("{{namespace}}", CSharpWriter.Namespace, StringComparison.Ordinal));
    }

    private static void Write(string path, byte[] content) => OutputFile.Write(path, content, "the model cannot be written", Elsewhere);
}
