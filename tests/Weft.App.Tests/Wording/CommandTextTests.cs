using Weft.Training;

namespace Weft.App.Tests;

/// <summary>Next steps as commands to paste.</summary>
public sealed class CommandTextTests
{
    private static readonly RunFolder Run = new(Path.GetFullPath("runs/it's"));
    private static readonly RunStore Elsewhere = new(Path.GetFullPath("all my runs"));
    private static readonly ConfigurationValue[] Changes = [new("training.epochs", "3", "a test"), new("model.dropout", "0.1", "a test")];

    private static readonly (NextStep Step, string Text)[] Texts =
    [
        (new Advice("take a rest"), "take a rest"),
        (new MakeRoom(new ResumeRun(Run)), @"make room, then: weft resume 'it'\''s'"),
        (new WithData(new ResumeRun(Run)), @"weft resume 'it'\''s' --data DIR"),
        (new UpdateProgram(), "dotnet tool update Weft.Tool"),
        (new GetDataset("fashion-mnist", Replace: false), "weft data get fashion-mnist"),
        (new GetDataset("fashion-mnist", Replace: true), "weft data get fashion-mnist --replace"),
        (new ChooseData("/some where"), "name one of them: --data '/some where'"),
        (new ShowConfiguration(), "weft config show"),
        (new TrainRun(), "weft train"),
        (new TrainRun { Recipe = "tuned/cnn5", Data = "/some where", Store = Elsewhere, Changes = Changes },
            "weft train --recipe tuned/cnn5 --data '/some where' --epochs 3 --set model.dropout=0.1 --runs './all my runs'"),
        (new TrainRun { Changes = [new("data.limit_train", "4", "a test"), new("data.limit_validation", "5", "a test"), new("training.seed", "6", "a test")] },
            "weft train --limit-train 4 --limit-validation 5 --seed 6"),
        (new RetrainWith(Run, []), @"weft train --config 'runs/it'\''s/config.yaml'"),
        (new RetrainWith(new RunFolder(Path.Combine(Elsewhere.Folder, "a")), Changes),
            "weft train --config 'all my runs/a/config.yaml' --runs './all my runs' --epochs 3 --set model.dropout=0.1"),
        (new ResumeRun(Run), @"weft resume 'it'\''s'"),
        (new ExtendRun(Run, 2, AreMore: true), @"weft extend 'it'\''s' --epochs +2"),
        (new ExtendRun(Run, 2, AreMore: false), @"weft extend 'it'\''s' --epochs 2"),
        (new ForkRun(Run, "best"), @"weft fork 'it'\''s'@best"),
        (new EvaluateRun(Run), @"weft eval 'it'\''s'"),
        (new EvaluateRun(Run) { Checkpoint = "last", Split = EvaluationSplit.Test }, @"weft eval 'it'\''s'@last --split test"),
        (new AnalyzeRun(Run, EvaluationSplit.Validation) { Pair = (1, 2), Folds = 4 }, @"weft analyze 'it'\''s' --pair 1,2 --folds 4"),
        (new EvaluateRun(Run) { Data = "/some where", OnlyKnownClasses = true }, @"weft eval 'it'\''s' --data '/some where' --known-classes"),
        (new ReviewSuspects(Run), @"weft data review 'it'\''s'"),
        (new RetrainWith(Run, [new("data.corrections", "c.csv", "a test")]), @"weft train --config 'runs/it'\''s/config.yaml' --corrections c.csv"),
        (new UseCheckpoint(Run, "best"), @"use the run's checkpoint @best, which is whole: 'it'\''s'@best"),
        (new ShowRun(Run), @"weft runs show 'it'\''s'"),
        (new WatchRun(Run), @"weft runs watch 'it'\''s'"),
        (new ListRuns(Elsewhere), "weft runs --runs './all my runs'"),
        (new RestoreConfiguration(Run), @"weft config restore 'it'\''s'"),
        (new UseBackbone("resnet18-cntk"), "name the network that they are for: resnet18-cntk"),
        (new ImportWeights("/some where/x.pth"), "weft models import '/some where/x.pth' --as NAME"),
        (new ListModels(), "weft models list"),
        (new HandOverRun(Run, "wandb"), @"weft track 'it'\''s' --to wandb --continue"),
    ];

    [Fact]
    public void Every_next_step_has_a_text_and_a_command_parses()
    {
        Assert.All(Texts, entry => Assert.Equal(entry.Text, CommandText.For(entry.Step)));
        Assert.All(Texts.Where(entry => entry.Text.StartsWith("weft ", StringComparison.Ordinal)), entry => Assert.Null(PastedCommand.Mistake(entry.Text)));
        Type[] below = [typeof(RepeatWith), typeof(LeaveOutUnreadable)];
        var all = typeof(NextStep).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(NextStep))).Except(below);
        Assert.Equal(all.Select(type => type.Name).Order(), Texts.Select(entry => entry.Step.GetType().Name).Distinct().Order());
    }

    [Theory]
    [InlineData("weft train --batch 64 --name x", "weft train --name x --set training.batch_size=16")]
    [InlineData("weft train --batch=64 --set training.batch_size=8 --set a=b", "weft train --set a=b --set training.batch_size=16")]
    [InlineData("weft fork r@best --set=training.batch_size=8", "weft fork r@best --set training.batch_size=16")]
    public void The_same_command_with_a_smaller_batch(string typed, string advised) =>
        Assert.Equal(advised, CommandText.Repeat(typed.Split(' '), new ConfigurationValue("training.batch_size", "16", "a test")));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("", "''")]
    [InlineData("$HOME;ls", "'$HOME;ls'")]
    public void Words_for_a_shell(string word, string quoted) => Assert.Equal(quoted, ShellWords.Quote(word));
}
