using System.Runtime.CompilerServices;

namespace Weft.App.Tests;

/// <summary>No document lies: every <c>weft</c> command in a code block of the README and the guide is understood, and those that work on a run are carried out in short form.</summary>
public sealed class DocumentTests : IDisposable
{
    // Verbs whose short form is another test's: they measure, serve, download, or train for long.
    private static readonly string[] OnlyUnderstood = ["doctor", "bench", "studio", "serve", "study", "track", "data", "lr-find", "export", "sweep"];

    private static readonly string[] OnData = ["train", "plan"];
    private static readonly string[] WithoutRuns = ["plan", "config"];

    private readonly TinyData _data = new();
    private readonly TempFolder _place = new();

    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Path.Combine(Root, "docs", "guide"), "*.md").Append(Path.Combine(Root, "README.md")).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    private static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public void Dispose()
    {
        _place.Dispose();
        _data.Dispose();
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_is_understood(string document) => Assert.All(Commands(document), command =>
        Assert.True(App.Root(new FakeScreen().Screen).Parse(Arguments(command)).Errors is [], command));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_on_a_run_runs_in_short_form(string document)
    {
        using (var png = File.Create(_place.At("coat.png")))
            Training.PngWriter.Write(png, new FeatureShape(12, 12, 1), new byte[144]);
        var began = RunShort("train --name begun"); // so that "latest" is something from the first command on
        Assert.True(began.Code == 0, began.Error);
        foreach (var command in Commands(document).Where(command => !OnlyUnderstood.Contains(Arguments(command)[0])))
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
        var targets = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Root, document)), @"\]\(([^)#]+?)(?:#[^)]*)?\)").Select(match => match.Groups[1].Value);
        Assert.All(targets.Where(target => !target.StartsWith("http", StringComparison.Ordinal)), target => Assert.True(Path.Exists(Path.Combine(folder, target)), target));
    }

    private (int Code, string Error) RunShort(string command)
    {
        var arguments = Arguments(command).Select(argument => argument.EndsWith(".png", StringComparison.Ordinal) || argument.EndsWith(".html", StringComparison.Ordinal) || argument.EndsWith(".svg", StringComparison.Ordinal) ? _place.At(argument) : argument).ToList();
        // A run's own files are named from the working folder, where the runs are.
        arguments = [.. arguments.Select(argument => argument.StartsWith("runs/", StringComparison.Ordinal) ? _place.At(argument) : argument)];
        var verb = arguments[0];
        if (OnData.Contains(verb))
            arguments.AddRange(["--data", _data.Folder, "--set", "model.width=0.125", "--set", "training.batch_size=16", "--set", "data.validation_count=30"]);
        if (OnData.Contains(verb) && !arguments.Contains("--config"))
            Shorten(arguments, "--epochs", "2");
        if (!WithoutRuns.Contains(verb))
            arguments.AddRange(["--runs", _place.At("runs")]);
        if (verb == "analyze" && arguments.IndexOf("--pair") is var pair and >= 0)
            arguments[pair + 1] = "1,2";
        if (verb == "analyze" && arguments.IndexOf("--sample") is var sample and >= 0)
            arguments.RemoveRange(sample, 2);
        var (code, screen) = FakeScreen.Run([.. arguments]);
        return ((int)code, screen.Error);
    }

    private static void Shorten(List<string> arguments, string option, string value)
    {
        if (arguments.IndexOf(option) is var place and >= 0)
            arguments[place + 1] = value;
        else
            arguments.AddRange([option, value]);
    }

    private static IEnumerable<string> Commands(string document)
    {
        var isCode = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, document)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            var text = line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line;
            text = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
            if (isCode && text.StartsWith("weft ", StringComparison.Ordinal))
                yield return text[5..].Split(" #", 2)[0].Trim();
        }
    }

    private static string[] Arguments(string command) => [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(command)];

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
