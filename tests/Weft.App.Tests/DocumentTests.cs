using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>
/// No document lies: every <c>weft</c> command in a code block of the README and the guide is carried out in short form, every one in running text is
/// understood, and the C# is compiled.
/// </summary>
public sealed class DocumentTests : IDisposable
{
    private static readonly string[] OnData = ["train", "plan", "lr-find", "study"];
    private static readonly string[] WithoutRuns = ["plan", "config", "lr-find", "data", "bench"];

    private readonly TinyData _data = new();
    private readonly TinyPhotos _photos = new();
    private readonly TempFolder _place = new();

    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "guide"), "*.md")
        .Append(Path.Combine(Root, "README.md")).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    internal static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public void Dispose()
    {
        _place.Dispose();
        _data.Dispose();
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_is_understood(string document) => Assert.All(Commands(document).Concat(CommandsInText(document)), command =>
        Assert.True(
            App.Root(new FakeScreen().Screen).Parse(Arguments(command), new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors is [], command));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_script_is_there_and_every_prompt_is_weft(string document)
    {
        var text = File.ReadAllText(Path.Combine(Root, document));
        Assert.All(Regex.Matches(text, @"(?:eng/|\./)(\w+\.(?:cs|sh|ps1))").Select(match => match.Value), script =>
            Assert.True(File.Exists(Path.Combine(Root, script)), script));
        Assert.All(text.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)), line => Assert.Matches(@"^\$ (\./)?weft ", line));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_line_of_CSharp_is_compiled(string document)
    {
        var compiled = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "DocumentSnippets.cs")).Select(line => line.Trim()).ToHashSet();
        Assert.All(Blocks(document).Where(block => block.Language == "csharp" && block.Line is not ("" or "using Weft;")), block =>
            Assert.Contains(block.Line.Trim(), compiled));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_runs_in_short_form(string document)
    {
        using (var png = File.Create(_place.At("coat.png")))
            PngWriter.Write(png, new FeatureShape(12, 12, 1), new byte[144]);
        Directory.CreateDirectory(_place.At("coats"));
        File.Copy(_place.At("coat.png"), _place.At("coats/coat.png"));
        File.WriteAllText(_place.At("list.txt"), _place.At("coat.png"));
        var began = RunShort("train --name begun"); // so that "latest" is something from the first command on
        Assert.True(began.Code == 0, began.Error);
        foreach (var command in Commands(document))
        {
            var (code, error) = RunShort(command);
            Assert.True(code == 0, $"{document}: weft {command}\n{error}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_picture_and_every_link_is_there(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        var targets = Regex.Matches(File.ReadAllText(Path.Combine(Root, document)), @"\]\(([^)#]+?)(?:#[^)]*)?\)").Select(match => match.Groups[1].Value);
        Assert.All(targets.Where(target => !target.StartsWith("http", StringComparison.Ordinal)), target =>
            Assert.True(Path.Exists(Path.Combine(folder, target)), target));
    }

    private (int Code, string Error) RunShort(string command)
    {
        var arguments = Arguments(command).Select(argument => argument.EndsWith(".png", StringComparison.Ordinal) || argument.EndsWith(
            ".html", StringComparison.Ordinal) || argument.EndsWith(".svg", StringComparison.Ordinal) ? _place.At(argument) : argument).ToList();
        string[] made = ["coats/", "parts/", "table.csv", "table.jsonl", "model.safetensors", "coat.onnx", "hub/", "theirs.safetensors"];
        arguments = [.. arguments.Select(argument => made.Contains(argument) ? _place.At(argument) : argument)];
        arguments = [.. arguments.Select(argument => argument == "@list.txt" ? "@" + _place.At("list.txt") : argument == "3/100" ? "1/1" : argument)];
        arguments = [.. arguments.Select(argument => argument.StartsWith("models/", StringComparison.Ordinal) ? Path.Combine(Root, argument) : argument)];
        // A run's own files are named from the working folder, where the runs are.
        arguments = [.. arguments.Select(argument => argument.StartsWith("runs/", StringComparison.Ordinal) ? _place.At(argument) : argument)];
        var verb = arguments[0];
        arguments = [.. arguments.Select(argument => argument == FashionMnist.Name ? _data.Folder : argument)];
        // A folder of the reader's own, with an archive's or a table's name too: where pictures are what the command is about, it has some.
        var isPictures = false;
        if (arguments.IndexOf("--data") is var named and >= 0)
        {
            isPictures = arguments[named + 1].EndsWith('/') && OnData.Contains(verb);
            arguments.RemoveRange(named, 2);
        }

        arguments = [.. arguments.Select(argument => argument == Path.GetFileName(_photos.Corrections) ? _photos.Corrections : argument)];
        arguments = [.. arguments.Select(argument => argument.StartsWith("photos/", StringComparison.Ordinal) ? PhotoOf(argument) : argument)];
        if (isPictures)
        {
            arguments.AddRange(_photos.Options);
            Shorten(arguments, "--epochs", "1");
        }
        else if (OnData.Contains(verb))
            arguments.AddRange(["--data", _data.Folder, "--set", "model.width=0.125", "--set", "training.batch_size=16", "--set", "data.validation_count=30"]);
        if (OnData.Contains(verb) && !isPictures && !arguments.Contains("--config"))
            Shorten(arguments, "--epochs", verb == "study" ? "1" : "2");
        if (verb == "study")
            Shorten(arguments, "--seeds", "1");
        if (verb == "lr-find")
            Shorten(arguments, "--steps", "20");
        if (verb == "bench")
            arguments.AddRange(["--batch", "2", "--seconds", "1"]);
        if (!WithoutRuns.Contains(verb) && !command.StartsWith("predict merge", StringComparison.Ordinal))
            arguments.AddRange(["--runs", _place.At("runs")]);
        if (verb == "sweep")
            ShortSweep(arguments);
        if (verb == "ablate")
            arguments.AddRange(["--data", _data.Folder, "--set", "model.width=0.0625", "--epochs", "1", "--seeds", "1", "--only", "training.ema_decay"]);
        if (verb == "analyze" && arguments.IndexOf("--pair") is var pair and >= 0)
            arguments[pair + 1] = "1,2";
        if (verb == "analyze" && arguments.IndexOf("--sample") is var sample and >= 0)
            arguments.RemoveRange(sample, 2);
        if (verb == "serve")
            return Serve(arguments);
        var (code, screen) = FakeScreen.Run([.. arguments]);
        return ((int)code, screen.Error);
    }

    // The reader's sweep.yaml is one of a few trials of one epoch.
    private void ShortSweep(List<string> arguments)
    {
        File.WriteAllText(_place.At("sweep.yaml"), """
            method: random
            run_cap: 3
            parameters:
              model: {value: small}
              model.width: {value: 0.125}
              epochs: {value: 2}
              optimizer.learning_rate: {min: 0.01, max: 0.1}
            early_terminate: {type: asha, min_iter: 1}
            """);
        if (arguments.IndexOf("sweep.yaml") is var file and >= 0)
        {
            arguments[file] = _place.At("sweep.yaml");
            arguments.AddRange(["--data", _data.Folder]);
        }

        if (arguments[1] == "plan")
            arguments.RemoveRange(arguments.IndexOf("--runs"), 2);
        else
            arguments.AddRange(["--sweeps", _place.At("sweeps")]);
        if (arguments[1] == "finals")
        {
            Shorten(arguments, "--top", "1");
            Shorten(arguments, "--seeds", "1");
        }
    }

    // Until it answers, on a port that is free.
    private (int Code, string Error) Serve(List<string> arguments)
    {
        File.WriteAllText(_place.At("weft.token"), new string('k', 32));
        Shorten(arguments, "--listen", arguments.Contains("--token-file") ? "0.0.0.0:0" : "127.0.0.1:0");
        var (said, words) = (_place.At("said"), arguments.Select(argument => argument == "weft.token" ? _place.At(argument) : argument));
        File.Delete(said);
        using var process = new WeftProcess($"exec $WEFT {string.Join(' ', words)} --json >{said}");
        process.WaitUntil(() => File.Exists(said) && File.ReadAllText(said).EndsWith('\n'));
        process.Send("TERM");
        var (code, _, error) = process.End();
        return (code, error);
    }

    private string PhotoOf(string argument) =>
        argument == "photos/" ? _photos.Folder : Directory.GetFiles(Path.Combine(_photos.Folder, "along")).Order().First();

    private static void Shorten(List<string> arguments, string option, string value)
    {
        if (arguments.IndexOf(option) is var place and >= 0)
            arguments[place + 1] = value;
        else
            arguments.AddRange([option, value]);
    }

    private static IEnumerable<string> Commands(string document) =>
        from block in Blocks(document)
        let match = Regex.Match(block.Line, @"^(?:\$ )?(?:mpirun -np \d+ )?(?:\./)?weft (.*?)(?: #.*)?$")
        where match.Success
        select match.Groups[1].Value.Trim();

    /// <summary>Those without a placeholder.</summary>
    private static IEnumerable<string> CommandsInText(string document) =>
        from Match match in Regex.Matches(File.ReadAllText(Path.Combine(Root, document)), @"`(?:\./)?weft ([^`\n]+)`")
        let command = match.Groups[1].Value
        where command.IndexOfAny(['…', '[', '|', '\\']) < 0
        select command;

    /// <summary>The lines between the fences, each with the language of its block.</summary>
    private static IEnumerable<(string Language, string Line)> Blocks(string document)
    {
        string? language = null;
        foreach (var line in File.ReadLines(Path.Combine(Root, document)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                language = language is null ? line[3..] : null;
            else if (language is not null)
                yield return (language, line);
        }
    }

    private static string[] Arguments(string command) => [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(command)];

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
