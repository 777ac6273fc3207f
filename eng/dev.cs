// The one developer script: dotnet run eng/dev.cs build | test | check | size | bench [--json]
// check is what a change must pass: format (verified), build (warnings are errors), fast tests, ladders, architecture, size.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

const int MaxFileLines = 400;
const int CodeLineBudget = 21_000; // of src; raising it is a decision record
var root = Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!;
Directory.SetCurrentDirectory(root);

return args.FirstOrDefault() switch
{
    "build" => Build(),
    "test" => Run("./test.sh"),
    "check" => Check(),
    "size" => Size(),
    "bench" => Bench(args[1..]),
    _ => Usage(),
};

static string ScriptPath([CallerFilePath] string path = "") => path;

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run eng/dev.cs build | test | check | size | bench [train|infer …]");
    return 2;
}

static int Build() => Run("dotnet", "build", "Weft.slnx", "-c", "Release", "--disable-build-servers", "-v", "quiet");

static int Check()
{
    (string Name, Func<int> Do)[] steps =
    [
        ("format", () => Run("dotnet", "format", "whitespace", "Weft.slnx", "--verify-no-changes", "--no-restore")),
        ("build", Build),
        ("fast tests", () => Run(TestProgram("Weft.Tests"), "-class", "Weft.Tests.TinyTests")),
        ("ladders", () => Run(TestProgram("Weft.Lab.Tests"))),
        ("architecture", () => Run(TestProgram("Weft.App.Tests"), "-class", "Weft.App.Tests.ArchitectureTests")),
        ("size", Size),
    ];
    Run("dotnet", "restore", "Weft.slnx", "-v", "quiet");
    foreach (var (name, step) in steps)
    {
        Console.WriteLine($"== {name}");
        if (step() is var code and not 0)
        {
            Console.Error.WriteLine($"check failed at: {name}");
            return code;
        }
    }
    Console.WriteLine("check passed");
    return 0;
}

static int Bench(string[] arguments) =>
    Run(OperatingSystem.IsWindows() ? "weft.cmd" : "./weft", ["bench", .. arguments.Length > 0 ? arguments : ["train", "--model", "cnn5"]]);

static string TestProgram(string name) => Path.Combine("artifacts", "bin", name, "release", OperatingSystem.IsWindows() ? name + ".exe" : name);

static int Run(string program, params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
    process.WaitForExit();
    return process.ExitCode;
}

static int Size()
{
    var exempt = File.ReadLines("eng/big-files.txt").Where(line => line is not "" && line[0] != '#').Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0].Trim(), parts => parts.ElementAtOrDefault(1)?.Trim() ?? "");
    var problems = new List<string>();
    problems.AddRange(exempt.Where(entry => entry.Value is "").Select(entry => $"eng/big-files.txt: {entry.Key} has no reason"));

    var sources = Sources("src").ToDictionary(path => path, File.ReadAllText);
    foreach (var path in new[] { "src", "tests", "samples", "bench", "eng", "lab" }.SelectMany(Sources))
    {
        var lines = File.ReadLines(path).Count();
        if (lines > MaxFileLines && !exempt.ContainsKey(path))
            problems.Add($"{path}: {lines} lines; at most {MaxFileLines} unless eng/big-files.txt gives the reason");
    }
    problems.AddRange(exempt.Keys.Where(path => !File.Exists(path) || File.ReadLines(path).Count() <= MaxFileLines).Select(path => $"eng/big-files.txt: {path} needs no exception any more"));

    var code = sources.ToDictionary(source => source.Key, source => WithoutCommentsAndText(source.Value));
    foreach (var room in code.GroupBy(file => file.Key.Split('/')[1]))
        Console.WriteLine($"{room.Key,-18} {room.Count(),4} files {room.Sum(file => CodeLines(file.Value)),7:N0} lines of code");
    var total = code.Values.Sum(CodeLines);
    Console.WriteLine($"{"src",-18} {code.Count,4} files {total,7:N0} lines of code, budget {CodeLineBudget:N0}");
    if (total > CodeLineBudget)
        problems.Add($"src has {total:N0} lines of code; the budget is {CodeLineBudget:N0}");

    var imports = Imports(code);
    foreach (var (folder, used) in imports.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        Console.WriteLine($"  {folder} → {string.Join(", ", used.Keys.Order(StringComparer.Ordinal))}");
    problems.AddRange(Circles(imports));

    foreach (var problem in problems)
        Console.Error.WriteLine("size: " + problem);
    return problems.Count > 0 ? 1 : 0;
}

static IEnumerable<string> Sources(string folder) => !Directory.Exists(folder) ? [] :
    Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is ".cs" or ".razor" or ".sh" or ".py" or ".js" or ".css")
        .Select(path => path.Replace('\\', '/')).Where(path => !path.Contains("/obj/") && !path.Contains("/bin/")).Order(StringComparer.Ordinal);

// Lines that hold something the compiler acts on; a lone brace does not count, comments and blank lines neither.
static int CodeLines(string code) => code.Split('\n').Count(line => line.AsSpan().ContainsAnyExcept(" \t\r{}();"));

static string WithoutCommentsAndText(string source)
{
    var result = new StringBuilder(source.Length);
    foreach (Match match in Tokens.CommentOrText.Matches(source))
        result.Append(match.Value is ['/', ..] ? Regex.Replace(match.Value, "[^\n]", " ") : match.Value is ['"' or '\'' or '$' or '@', ..] ? "\"" + Regex.Replace(match.Value, "[^\n]", " ") : match.Value);
    return result.ToString();
}

// Which folder of src uses types that another folder declares, by name and with an example of each: good enough to see a circle, with no compiler at hand.
static Dictionary<string, Dictionary<string, string>> Imports(Dictionary<string, string> code)
{
    var homes = new Dictionary<string, HashSet<string>>();
    foreach (var (path, text) in code)
        foreach (Match match in Tokens.Declaration.Matches(text))
            (homes.TryGetValue(match.Groups[1].Value, out var known) ? known : homes[match.Groups[1].Value] = []).Add(Folder(path));
    var imports = new Dictionary<string, Dictionary<string, string>>();
    foreach (var (path, text) in code)
    {
        var used = imports.TryGetValue(Folder(path), out var known) ? known : imports[Folder(path)] = [];
        var members = Tokens.Member.Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (Match match in Tokens.TypeUse.Matches(Tokens.EnumBody.Replace(text, "")))
            if (!members.Contains(match.Value) && homes.TryGetValue(match.Value, out var home) && home.Count == 1 && home.First() is var there && there != Folder(path) && CanSee(Folder(path), there))
                used.TryAdd(there, $"{match.Value} in {Path.GetFileName(path)}");
    }
    return imports;
}

static string Folder(string path) => string.Join('/', path.Split('/')[1..^1].Take(2));

// Rooms above cannot be meant, whatever a name looks like: the compiler would not find it.
static bool CanSee(string folder, string there) => Array.IndexOf(Tokens.Rooms, there.Split('/')[0]) <= Array.IndexOf(Tokens.Rooms, folder.Split('/')[0]);

static IEnumerable<string> Circles(Dictionary<string, Dictionary<string, string>> imports)
{
    var reach = imports.Keys.ToDictionary(folder => folder, folder =>
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(imports[folder].Keys);
        while (open.TryPop(out var next))
            if (seen.Add(next) && imports.TryGetValue(next, out var further))
                foreach (var folderAfter in further.Keys)
                    open.Push(folderAfter);
        return seen;
    });
    return from folder in imports.Keys.Order(StringComparer.Ordinal)
           from used in imports[folder]
           where reach.TryGetValue(used.Key, out var back) && back.Contains(folder)
           select $"an import in a circle: {folder} → {used.Key} ({used.Value})";
}

internal static partial class Tokens
{
    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$*"{3,}.*?"{3,}|[$@]*"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'|[^/"'$@]+|.""", RegexOptions.Singleline)]
    public static partial Regex CommentOrText { get; }

    public static readonly string[] Rooms = ["Weft", "Weft.Training", "Weft.Interchange", "Weft.App"]; // from the bottom

    // A type that others can name: at the start of a line, since namespaces are file-scoped.
    [GeneratedRegex(@"^(?:[a-z]\w*\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+\S+)\s+([A-Z]\w+)", RegexOptions.Multiline)]
    public static partial Regex Declaration { get; }

    // A member or parameter of that name ("TrainingConfiguration Training {", "int Batch ="), which is then what the file means by it.
    [GeneratedRegex(@"(?<!\b(?:new|is|as|or|not|case|return|class|struct|record|interface|enum|throw)\s+)(?<=[\w>\]?)]\s+)([A-Z]\w+)\s*(?:\{|=>|=(?!=)|;|,|\)|\()")]
    public static partial Regex Member { get; }

    // An enum's values are not types, whatever they are called.
    [GeneratedRegex(@"(?<=\benum\s+\w+[^{;]*)\{[^}]*\}")]
    public static partial Regex EnumBody { get; }

    // A capitalised word that is not a member of something: Conv2d, not network.Conv2d.
    [GeneratedRegex(@"(?<![.\w])[A-Z]\w+")]
    public static partial Regex TypeUse { get; }
}
