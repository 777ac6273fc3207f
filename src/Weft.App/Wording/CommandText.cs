using Weft.Training;
using static System.FormattableString;

namespace Weft.App;

/// <summary>The next step as a command to paste: <c>weft …</c>, with names quoted for a shell.</summary>
internal static class CommandText
{
    public static string For(NextStep step) => step switch
    {
        Advice advice => advice.Text,
        MakeRoom room => $"make room, then: {For(room.Then)}",
        WithData same => $"{For(same.Step)} --data DIR",
        UpdateProgram => "dotnet tool update Weft.Tool",
        GetDataset data => $"weft data get {data.Name}{(data.Replace ? " --replace" : "")}",
        ChooseData data => $"name one of them: --data {ShellWords.Quote(data.Folder)}",
        LeaveOutUnreadable => Repeat(CommandLines.OfProcess(), new ConfigurationValue("picture.skip_unreadable", "true", "unreadable")),
        ShowConfiguration => "weft config show",
        RepeatWith repeat => Repeat(CommandLines.OfProcess(), repeat.Change),
        TrainRun train => "weft train" + (train.Recipe is { } recipe ? $" --recipe {ShellWords.Quote(recipe)}" : "")
            + (train.Data is { } folder ? $" --data {ShellWords.Quote(folder)}" : "") + Options(train.Changes)
            + (train.Store is { } store ? RunReference.OptionFor(store) : ""),
        RetrainWith retrain => $"weft train --config {RunReference.For(retrain.Run.ConfigurationFile)}"
            + RunReference.OptionFor(new RunStore(Path.GetDirectoryName(retrain.Run.Path)!)) + Options(retrain.Changes),
        ResumeRun resume => $"weft resume {RunReference.For(resume.Run)}",
        ExtendRun extend => Invariant($"weft extend {RunReference.For(extend.Run)} --epochs {(extend.AreMore ? "+" : "")}{extend.Epochs}"),
        ForkRun fork => $"weft fork {RunReference.For(fork.Run)}@{fork.Checkpoint}",
        EvaluateRun evaluate => $"weft eval {RunReference.For(evaluate.Run)}{(evaluate.Checkpoint is { } checkpoint ? $"@{checkpoint}" : "")}"
            + (evaluate.Split is { } split ? RunReference.OptionFor(split) : "")
            + (evaluate.Data is { } set ? $" --data {RunReference.For(set)}" : "") + (evaluate.OnlyKnownClasses ? " --known-classes" : ""),
        AnalyzeRun analyze => $"weft analyze {RunReference.For(analyze.Run)}{RunReference.OptionFor(analyze.Split)}"
            + (analyze.Pair is var (label, prediction) ? Invariant($" --pair {label},{prediction}") : "")
            + (analyze.Folds is { } folds ? Invariant($" --folds {folds}") : ""),
        ReviewSuspects review => $"weft data review {RunReference.For(review.Run)}",
        UseCheckpoint use => $"use the run's checkpoint @{use.Checkpoint}, which is whole: {RunReference.For(use.Run)}@{use.Checkpoint}",
        ShowRun show => $"weft runs show {RunReference.For(show.Run)}",
        WatchRun watch => $"weft runs watch {RunReference.For(watch.Run)}",
        ListRuns list => $"weft runs{RunReference.OptionFor(list.Store)}",
        RestoreConfiguration restore => $"weft config restore {RunReference.For(restore.Run)}",
        UseBackbone use => $"name the network that they are for: {use.Network}",
        ImportWeights import => $"weft models import {ShellWords.Quote(import.Path)} --as NAME",
        ListModels => "weft models list",
        HandOverRun handOver => $"weft track {RunReference.For(handOver.Run)} --to {handOver.Tracker} --continue",
        _ => throw new InvalidOperationException($"{step.GetType().Name} has no text"),
    };

    /// <summary>The command as typed with another value for a key. What was said about the key before goes, so that it is said once.</summary>
    /// <param name="typed">Begins with the program's name.</param>
    internal static string Repeat(IReadOnlyList<string> typed, ConfigurationValue change)
    {
        var (flag, set) = (change.Key == "training.batch_size" ? "--batch" : $"--set={change.Key}", change.Key + "=");
        var kept = new List<string>();
        for (var i = 0; i < typed.Count; i++)
        {
            var next = i + 1 < typed.Count ? typed[i + 1] : "";
            if (typed[i] == flag || (typed[i] == "--set" && next.StartsWith(set, StringComparison.Ordinal)))
                i++;
            else if (!typed[i].StartsWith(flag + "=", StringComparison.Ordinal) && !typed[i].StartsWith($"--set={set}", StringComparison.Ordinal))
                kept.Add(typed[i]);
        }

        return ShellWords.Join([.. kept, "--set", set + change.Text]);
    }

    private static string Options(IEnumerable<ConfigurationValue> changes) => string.Concat(changes.Select(Option));

    private static string Option(ConfigurationValue change)
    {
        var flag = change.Key switch
        {
            "training.epochs" => "--epochs ",
            "training.seed" => "--seed ",
            "data.corrections" => "--corrections ",
            "data.limit_train" => "--limit-train ",
            "data.limit_validation" => "--limit-validation ",
            _ => $"--set {change.Key}=",
        };
        return $" {flag}{ShellWords.Quote(change.Text)}";
    }
}
