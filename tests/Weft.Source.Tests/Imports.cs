using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Weft.Source.Tests;

/// <summary>
/// Which folder of <c>src</c> names types, or calls extension methods, that another folder declares. A folder is <c>Room/Folder</c>; the parts of the CPU's
/// device count as folders of their own.
/// </summary>
internal sealed partial class Imports
{
    private static readonly string[] WebUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly string[] Usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    // folder → folder that it imports → one place where it does
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _byFolder = new(StringComparer.Ordinal);

    /// <summary>The rooms, each above those that it may use.</summary>
    public static string[] Rooms { get; } = ["Weft", "Weft.Pictures", "Weft.Training", "Weft.Interchange", "Weft.Postgres", "Weft.Mpi", "Weft.App"];

    private Imports()
    {
    }

    public IEnumerable<string> Folders => _byFolder.Keys;

    public IReadOnlyDictionary<string, string> Of(string folder) => _byFolder[folder];

    public static Imports Read()
    {
        var imports = new Imports();
        var pages = SourceTree.Files("src", ".razor").ToDictionary(path => Path.GetFileNameWithoutExtension(path), Folder);
        var homes = new Dictionary<string, string?>(pages!); // null for a name that several folders declare
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is ['S', 'y', 's', ..] or ['M', 'i', 'c', ..] or ['n', 'e', 't', ..])
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToList();
        foreach (var room in Rooms)
        {
            var compilation = Compile(room, references);
            references.Add(compilation.ToMetadataReference());
            var trees = compilation.SyntaxTrees.Where(tree => tree.FilePath is not "").ToList();
            foreach (var tree in trees)
            {
                foreach (var name in tree.GetRoot().DescendantNodes(node => node is not BlockSyntax).Select(DeclaredName).OfType<string>())
                    homes[name] = homes.GetValueOrDefault(name, Folder(tree.FilePath)) == Folder(tree.FilePath) ? Folder(tree.FilePath) : null;
            }
            foreach (var tree in trees)
                imports.AddFile(tree, compilation.GetSemanticModel(tree), homes, pages);
        }

        foreach (var path in SourceTree.Files("src", ".razor"))
        {
            foreach (Match match in TypeName.Matches(SourceTree.Read(path)))
            {
                if (homes.TryGetValue(match.Value, out var home) && home is not null)
                    imports.Add(Folder(path), home, match.Value, path);
            }
        }

        return imports;
    }

    /// <summary>The imports that lie on a circle: from where one of them leads, other imports lead back.</summary>
    public IEnumerable<(string From, string To, string Example)> Circles()
    {
        var reach = _byFolder.Keys.ToDictionary(folder => folder, folder =>
        {
            var seen = new HashSet<string>();
            var open = new Stack<string>(_byFolder[folder].Keys);
            while (open.TryPop(out var next))
            {
                if (seen.Add(next) && _byFolder.TryGetValue(next, out var further))
                    further.Keys.ToList().ForEach(open.Push);
            }
            return seen;
        });
        return from folder in _byFolder
               from used in folder.Value
               where reach.TryGetValue(used.Key, out var back) && back.Contains(folder.Key)
               select (folder.Key, used.Key, used.Value);
    }

    /// <summary>The folder that a file of <c>src</c> lies in, as this class counts folders.</summary>
    public static string Folder(string path)
    {
        var parts = path.Split('/')[1..^1];
        return string.Join('/', parts.Take(parts is ["Weft", "Devices", "Cpu", ..] ? 4 : 2));
    }

    private static CSharpCompilation Compile(string room, IEnumerable<MetadataReference> references)
    {
        string[] usings = room is "Weft.App" ? [.. Usings, .. WebUsings] : Usings;
        var trees = SourceTree.Files($"src/{room}", ".cs").Select(path => CSharpSyntaxTree.ParseText(SourceTree.Read(path), path: path))
            .Append(CSharpSyntaxTree.ParseText(string.Concat(usings.Select(name => $"global using {name};"))));
        return CSharpCompilation.Create(room, trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static string? DeclaredName(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        MethodDeclarationSyntax method when method.ParameterList.Parameters.Any(parameter => parameter.Modifiers.Any(SyntaxKind.ThisKeyword)) =>
            method.Identifier.Text,
        _ => null,
    };

    // Only names that a type or an extension method of another folder has are bound: binding each name would take a minute.
    private void AddFile(SyntaxTree tree, SemanticModel model, Dictionary<string, string?> homes, Dictionary<string, string> pages)
    {
        var folder = Folder(tree.FilePath);
        _byFolder.TryAdd(folder, new(StringComparer.Ordinal));
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            .Where(name => homes.TryGetValue(name.Identifier.Text, out var home) && home != folder))
        {
            var bound = model.GetSymbolInfo(name);
            var symbol = bound.Symbol ?? bound.CandidateSymbols.FirstOrDefault();
            var type = symbol switch
            {
                INamedTypeSymbol named => named.OriginalDefinition,
                IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => constructor.ContainingType.OriginalDefinition,
                IMethodSymbol { IsExtensionMethod: true } method => method.ContainingType,
                _ => null,
            };
            if (type?.DeclaringSyntaxReferences.FirstOrDefault() is { SyntaxTree.FilePath: not "" } declared)
                Add(folder, Folder(declared.SyntaxTree.FilePath), type.Name, tree.FilePath);
            else if (symbol is null && pages.TryGetValue(name.Identifier.Text, out var home))
                Add(folder, home, name.Identifier.Text, tree.FilePath);
        }
    }

    private void Add(string folder, string home, string name, string path)
    {
        _byFolder.TryAdd(folder, new(StringComparer.Ordinal));
        if (home != folder && Height(home) <= Height(folder))
            _byFolder[folder].TryAdd(home, $"{name} in {Path.GetFileName(path)}");
    }

    private static int Height(string folder) => Array.IndexOf(Rooms, folder.Split('/')[0]);

    // In a page: an element of ours, a type that is made or whose member is named, and the type of a property.
    [GeneratedRegex(@"(?<=</?|\bnew |\btypeof\(|\b(?:public|private|required) )[A-Z]\w+|(?<![.\w])[A-Z]\w+(?=[.<]\w)")]
    private static partial Regex TypeName { get; }
}
