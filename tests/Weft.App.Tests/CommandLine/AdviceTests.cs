using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>What an error says to do is done here, and what it says is safe is looked at.</summary>
public sealed class AdviceTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _place = new();
    private readonly string _runs;

    public AdviceTests()
    {
        _runs = _place.At("all my runs"); // blanks need quotes
        Train("a");
    }

    public void Dispose()
    {
        _place.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void A_configuration_that_was_edited_emptied_or_lost_is_restored_as_told()
    {
        foreach (var change in new Action<string>[]
        {
            File.Delete,
            file => File.WriteAllText(file, ""),
            file => File.WriteAllText(file, File.ReadAllText(file).Replace("split_seed: 0", "split_seed: 1")),
        })
        {
            change(In("a/config.yaml"));
            Helps(23, "eval", In("a"), "--threads", "1");
        }
    }

    [Fact]
    public void Data_that_were_moved_are_found_as_told()
    {
        var moved = _data.Folder + "-moved";
        foreach (var verb in new[] { "eval", "report", "analyze", "extend", "resume" })
        {
            Directory.Move(_data.Folder, moved);
            try
            {
                string[] typed = verb == "extend" ? [verb, In("a"), "--epochs", "+1"] : [verb, In("a")];
                var advice = Fails(10, typed)["do"]!.GetValue<string>();
                Assert.StartsWith($"weft {verb} ", advice);
                Done([.. PastedCommand.Words(advice).Select(word => word == "DIR" ? moved : word)]);
            }
            finally
            {
                Directory.Move(moved, _data.Folder);
            }

            Done("resume", In("a"), "--data", _data.Folder);
        }
    }

    [Fact]
    public void A_missing_test_file_is_told_with_its_opening_noted()
    {
        var file = Path.Combine(_data.Folder, "t10k-images-idx3-ubyte");
        var kept = File.ReadAllBytes(file);
        File.Delete(file);
        var error = Fails(10, "eval", In("a"), "--split", "test");
        Assert.Contains("noted in the ledger", error["safe"]!.GetValue<string>());
        Assert.Single(File.ReadAllLines(In("test_ledger.jsonl")));
        File.WriteAllBytes(file, kept);
        Done([.. PastedCommand.Words(error["do"]!.GetValue<string>()).Select(word => word == "DIR" ? _data.Folder : word)]);
    }

    [Fact]
    public void The_test_images_stay_closed_where_it_says_so()
    {
        Assert.Contains("were not opened", Fails(2, "eval", In("a"), "--split", "tset")["safe"]!.GetValue<string>());
        Directory.CreateDirectory(In("test_ledger.jsonl"));
        Assert.Contains("were not opened", Fails(41, "eval", In("a"), "--split", "test")["safe"]!.GetValue<string>());
        Assert.False(Directory.Exists(In("a/eval/test")));
    }

    [Fact]
    public void Damaged_checkpoints_lead_to_one_that_is_whole_or_to_a_new_run()
    {
        foreach (var name in new[] { "last", "last.previous" })
            Damage(In($"a/checkpoints/{name}.safetensors"));
        var error = Fails(22, "resume", In("a"));
        Assert.Contains("renamed to *.damaged", error["safe"]!.GetValue<string>());
        Assert.Contains(Directory.EnumerateFiles(In("a/checkpoints")), file => file.EndsWith(".damaged", StringComparison.Ordinal));
        Done(PastedCommand.Words(error["do"]!.GetValue<string>()));

        Damage(In("a/checkpoints/best.safetensors"));
        Done(PastedCommand.Words(Fails(22, "resume", In("a"))["do"]!.GetValue<string>()));
        Done(PastedCommand.Words(Fails(22, "eval", In("a"))["do"]!.GetValue<string>()));
    }

    [Fact]
    public void A_name_that_is_taken_leads_to_the_run_that_has_it()
    {
        var error = Fails(2, "train", "--data", _data.Folder, "--name", "a", "--runs", _runs);
        Done(PastedCommand.Words(error["do"]!.GetValue<string>()));
        var near = Fails(2, "eval", "aa", "--runs", _runs);
        Done(PastedCommand.Words(near["do"]!.GetValue<string>()));
        var far = Fails(2, "eval", "nothing-like-it", "--runs", _runs);
        Done(PastedCommand.Words(far["do"]!.GetValue<string>()));
    }

    [Fact]
    public void A_run_that_is_busy_is_left_alone()
    {
        using (RunLock.Take(new RunFolder(In("a"))))
        {
            var error = Fails(30, "resume", In("a"));
            Assert.Equal(["runs", "watch", In("a")], PastedCommand.Words(error["do"]!.GetValue<string>()));
            Fails(30, "config", "restore", In("a"));
        }
    }

    [Fact]
    public void A_run_that_diverged_leads_to_one_that_does_not()
    {
        string[] command =
        [
            "train", "--data", _data.Folder, "--runs", _runs, "--epochs", "2", "--batch", "16", "--threads", "1", "--learning-rate", "90", "--optimizer", "sgd",
            "--set", "schedule.name=constant", "--set", "model.normalization=none", "--set", "optimizer.momentum=0.9",
        ];
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < 8, "the advice leads nowhere");
            var (code, screen) = FakeScreen.Run([.. command, "--json"]);
            Assert.True(code == 20 || (code == 0 && tries > 0), screen.Output + screen.Error);
            if (code == 0)
                return;
            var error = JsonNode.Parse(screen.OutputLines[^1])!["error"]!;
            Assert.Contains("was not overwritten", error["safe"]!.GetValue<string>());
            command = PastedCommand.Words(error["do"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Predictions_that_are_missing_or_damaged_are_made_as_told()
    {
        Train("b", "--seed", "1");
        Done("eval", In("b"), "--threads", "1");
        Helps(2, "compare", "a", "b", "--runs", _runs);
        foreach (var text in new[] { "", "index,label\n1", "\0\0\0" })
        {
            File.WriteAllText(In("a/eval/validation/predictions.csv"), text);
            var (code, screen) = FakeScreen.Run("compare", "a", "b", "--runs", _runs, "--json");
            Assert.True(code is 2 or 41, screen.Error);
            Done(PastedCommand.Words(JsonNode.Parse(screen.OutputLines[^1])!["error"]!["do"]!.GetValue<string>()));
            Done("compare", "a", "b", "--runs", _runs);
        }
    }

    [Fact]
    public void Without_runs_the_first_one_is_trained_where_it_was_looked_for()
    {
        var error = Fails(2, "eval", "latest", "--runs", _place.At("none"));
        Assert.Equal(["train", "--runs", _place.At("none")], PastedCommand.Words(error["do"]!.GetValue<string>()));
        Assert.False(Directory.Exists(_place.At("none")));
    }

    [Fact]
    public void A_run_that_cannot_be_made_leaves_nothing()
    {
        File.WriteAllText(_place.At("file"), "");
        Assert.Contains("nothing was left behind", Fails(41, "train", "--data", _data.Folder, "--runs", _place.At("file"))["safe"]!.GetValue<string>());
        Assert.Equal("", File.ReadAllText(_place.At("file")));
    }

    [Theory]
    [InlineData("PRUNED-1")]
    [InlineData("RUN")]
    public void The_next_command_of_a_finding_names_the_run_whatever_its_name(string name)
    {
        Train(name);
        var run = new RunFolder(In(name));
        Assert.Equal(
            ["train", "--config", run.ConfigurationFile, "--runs", _runs, "--set", "model.dropout=0.25", "--epochs", "1"],
            Words(FindingAction.OfWords("weft train --config RUN/config.yaml --set model.dropout=0.25 --epochs 1")));
        Assert.Equal(["analyze", run.Path, "--pair", "1,2"], Words(new AnalyzeAction(EvaluationSplit.Validation) { Label = 1, Prediction = 2 }));
        Assert.Equal(["analyze", run.Path, "--split", "test", "--pair", "1,2"], Words(FindingAction.OfWords("weft analyze RUN --split test --pair 1,2")));
        Assert.Equal(["analyze", run.Path, "--folds", "4"], Words(FindingAction.OfWords("weft analyze RUN --folds 4")));
        Assert.Null(FindingAction.OfWords("something else"));

        string[] Words(FindingAction? action) => PastedCommand.Words(CommandText.For(action!.For(run)));
    }

    /// <summary>Every text in the sources that begins as a command is one: its verb and its options exist.</summary>
    [Fact]
    public void Commands_in_the_sources_have_verbs_and_options_that_exist()
    {
        var root = App.Root(new FakeScreen().Screen);
        var wrong = new List<string>();
        var sources = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "src"));
        var found = 0;
        foreach (var path in new[] { "Weft.Training", "Weft.Interchange", "Weft.App" }
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(sources, room), "*.cs", SearchOption.AllDirectories)))
        {
            foreach (Match literal in Regex.Matches(File.ReadAllText(path), """(?<=")weft (?<words>[a-z](?:[^"{]|\{[^}]*\})*)(?=")"""))
            {
                found++;
                if (Unknown(root, literal.Groups["words"].Value) is { } what)
                    wrong.Add($"{Path.GetRelativePath(sources, path)}: weft {literal.Groups["words"].Value}: {what}");
            }
        }

        Assert.True(found >= 20, $"only {found} commands were found");
        Assert.Empty(wrong);
    }

    private static string? Unknown(Command root, string text)
    {
        var command = root;
        foreach (var word in Regex.Replace(text.Replace("{RunReference.OptionFor(", " {"), @"\{[^}]*\}", "X").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "·" or "(any")
                return "more than a command";
            if (command.Subcommands.FirstOrDefault(verb => verb.Name == word) is { } verb)
                command = verb;
            else if (word.StartsWith("--", StringComparison.Ordinal) && word is not ("--help" or "--json") && !Options(command).Contains(word.Split('=')[0]))
                return $"{word} is no option of {command.Name}";
            else if (command == root)
                return $"{word} is no verb";
        }

        return null;
    }

    private static IEnumerable<string> Options(Command? command)
    {
        for (; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
            foreach (var option in command.Options)
                yield return option.Name;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static void Damage(string path)
    {
        if (!File.Exists(path))
            return;
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static FakeScreen Done(params string[] command)
    {
        var (code, screen) = FakeScreen.Run(command);
        Assert.True(code == 0, $"{string.Join(' ', command)}: {screen.Error}");
        return screen;
    }

    private string In(string name) => Path.Combine(_runs, name);

    private void Train(string name, params string[] more) =>
        Done([
            "train", "--data", _data.Folder, "--runs", _runs, "--name", name, "--epochs", "1", "--batch", "16", "--threads", "1",
            "--set", "data.validation_count=30", .. more]);

    // The command fails, its advice is followed, and then it does what it was asked.
    private void Helps(int code, params string[] command)
    {
        Done(PastedCommand.Words(Fails(code, command)["do"]!.GetValue<string>()));
        Done(command);
    }

    private JsonObject Fails(int expected, params string[] command)
    {
        var before = FolderHash.Of(_runs);
        var (code, screen) = FakeScreen.Run([.. command, "--json"]);
        Assert.True(code == expected, $"{string.Join(' ', command)}: {code}\n{screen.Error}");
        var error = JsonNode.Parse(screen.OutputLines[^1])!["error"]!.AsObject();
        if (error["safe"]?.GetValue<string>() is "nothing was changed" or "nothing was touched")
            Assert.Equal(before, FolderHash.Of(_runs));
        return error;
    }
}
