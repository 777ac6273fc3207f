using System.Text.Json.Nodes;

namespace Weft.App.Tests;

public class SweepCommandTests
{
    private static readonly string[] Keys =
    [
        "sweep", "trials", "finished", "pruned", "failed", "best_run", "best_trial", "settings", "validation_loss", "validation_accuracy", "epochs", "seconds",
        "stop_reason",
    ];

    private static string[] In(TinyData data, TempFolder place) => ["--data", data.Folder, "--sweeps", place.At("sweeps"), "--runs", place.At("runs")];

    private static string Write(TempFolder place, string method = "random", int trials = 8, string pruner = "asha, min_iter: 1, eta: 3", string ours = "")
    {
        var path = place.At("tiny.yaml");
        File.WriteAllText(path, $$"""
            method: {{method}}
            metric: {name: validation_loss, goal: minimize}
            run_cap: {{trials}}
            parameters:
              model.name: {value: small}
              model.width: {value: 0.125}
              epochs: {value: 3}
              optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
              batch_size: {values: [16, 32]}
            early_terminate: {type: {{pruner}}}
            weft: {parallel: 2{{ours}}}
            """);
        return path;
    }

    private static JsonObject Last(FakeScreen screen) => JsonNode.Parse(screen.OutputLines[^1])!.AsObject();

    [Fact]
    public void A_sweep_trains_its_trials_and_goes_on_where_it_was()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place);
        var (first, stopped) = FakeScreen.Run(["sweep", file, "--trials", "5", "--json", .. In(data, place)]);
        Assert.True(first == 0, stopped.Error);
        var five = Last(stopped);
        Assert.All(Keys, key => Assert.True(five.ContainsKey(key), key));
        Assert.Equal((5, "completed"), ((int)five["trials"]!, (string)five["stop_reason"]!));
        Assert.Equal(5, (int)five["finished"]! + (int)five["pruned"]!);
        Assert.True(Directory.Exists((string)five["best_run"]!));
        Assert.Contains("optimizer.learning_rate", five["settings"]!.AsObject().Select(pair => pair.Key));
        var table = File.ReadAllLines(place.At("sweeps/tiny/trials.csv"));
        Assert.Equal("trial,state,epochs,validation_loss,validation_accuracy,optimizer.learning_rate,training.batch_size", table[0]);
        Assert.Equal(6, table.Length);

        // Once more, nothing is trained; extended, the first five stay what they are.
        var runs = FolderHash.Of(place.At("runs"));
        var (again, _) = FakeScreen.Run(["sweep", file, "--trials", "5", .. In(data, place)]);
        Assert.Equal((0, runs), (again, FolderHash.Of(place.At("runs"))));
        var (extended, _) = FakeScreen.Run(["sweep", "extend", "tiny", "--trials", "+2", "--sweeps", place.At("sweeps")]);
        Assert.Equal(0, extended);
        var (gone, on) = FakeScreen.Run(["sweep", file, "--trials", "5", .. In(data, place)]);
        Assert.True(gone == 0, on.Error);
        var longer = File.ReadAllLines(place.At("sweeps/tiny/trials.csv"));
        Assert.Equal(8, longer.Length);
        Assert.Equal(table, longer[..6]);

        var report = place.At("sweeps/tiny/report.html");
        Assert.Equal(report, (string)five["report"]!);
        File.Delete(report);
        string[] look = ["sweep", "show", "tiny", "--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--json"];
        var (shown, show) = FakeScreen.Run(look);
        Assert.Equal(0, shown);
        Assert.False(File.Exists(report));
        Assert.Equal(0, FakeScreen.Run([.. look, "--report"]).Code);
        Assert.Contains("7 trials", File.ReadAllText(report));
        Assert.Equal(7, Last(show)["table"]!.AsArray().Count);

        // The best trial's run is a run like any other, and what the table says of it is what the run says.
        var (listed, best) = FakeScreen.Run(["runs", "show", (string)five["best_run"]!, "--json"]);
        Assert.True(listed == 0, best.Error);
    }

    [Fact]
    public void Plan_says_what_would_be_done_and_does_nothing()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var (code, screen) = FakeScreen.Run(["sweep", "plan", Write(place, method: "bayes", ours: ", keep_best: 2"), "--json", "--data", data.Folder]);
        Assert.True(code == 0, screen.Error);
        Assert.Contains("for the checkpoints of at most 5 trials", screen.Error); // the two best, the default, two under way
        var plan = Last(screen);
        Assert.Equal((8, 2, 24), ((int)plan["trials"]!, (int)plan["parallel"]!, (int)plan["epochs_at_most"]!));
        Assert.Equal(6, plan["suggestions"]!.AsArray().Count);
        Assert.False(Directory.Exists(place.At("sweeps")));
    }

    [Fact]
    public void The_best_and_the_default_keep_their_checkpoints_and_the_ledger_knows_how_many_were_tried()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] command = ["sweep", Write(place, ours: ", keep_best: 1"), "--json", .. In(data, place)];
        var (code, screen) = FakeScreen.Run(command);
        Assert.True(code == 0, screen.Error);
        var best = Path.GetFileName((string)Last(screen)["best_run"]!);
        string[] kept = [.. new[] { "tiny-0000", best }.Distinct()];
        bool HasCheckpoints(string run) => Directory.EnumerateFiles(Path.Combine(run, "checkpoints")).Any();
        Assert.Equal(kept, Directory.GetDirectories(place.At("runs")).Where(HasCheckpoints).Select(run => Path.GetFileName(run)!).Order());

        // The others say so, and how to have them again; their records are whole.
        var gone = Enumerable.Range(1, 7).Select(number => $"tiny-{number:0000}").First(run => !kept.Contains(run));
        var (evaluated, refused) = FakeScreen.Run("eval", gone, "--runs", place.At("runs"));
        Assert.Equal(22, evaluated);
        Assert.Contains("the sweep tiny keeps those of its best trials", refused.Error);
        Assert.Contains($"weft train --config {place.At($"runs/{gone}/config.yaml")}", refused.Error);
        Assert.Contains("keeps those of its best trials", FakeScreen.Run("resume", gone, "--runs", place.At("runs")).Screen.Error);
        Assert.Contains("checkpoints deleted", FakeScreen.Run("runs", "--runs", place.At("runs")).Screen.Output);
        Assert.Contains("weft train --config", FakeScreen.Run("runs", "show", gone, "--runs", place.At("runs")).Screen.Output);

        // Rows that are lost are made anew of runs without checkpoints, and nothing is trained again.
        var table = File.ReadAllText(place.At("sweeps/tiny/trials.csv"));
        File.Delete(place.At("sweeps/tiny/trials.jsonl"));
        var (rebuilt, rebuild) = FakeScreen.Run("sweep", "rebuild", "tiny", "--sweeps", place.At("sweeps"), "--from", place.At("runs"));
        Assert.True(rebuilt == 0, rebuild.Error);
        var runs = FolderHash.Of(place.At("runs"));
        Assert.Equal(0, FakeScreen.Run(command).Code);
        Assert.Equal((table, runs), (File.ReadAllText(place.At("sweeps/tiny/trials.csv")), FolderHash.Of(place.At("runs"))));

        // Whoever was killed between the word and the deed is made up for.
        File.WriteAllText(place.At($"runs/{gone}/checkpoints/last.safetensors"), "left");
        Assert.Equal(0, FakeScreen.Run(command).Code);
        Assert.False(HasCheckpoints(place.At($"runs/{gone}")));

        var (tested, test) = FakeScreen.Run("eval", best, "--split", "test", "--runs", place.At("runs"));
        Assert.True(tested == 0, test.Error);
        Assert.Contains("\"configurations\":8", File.ReadAllText(place.At("runs/test_ledger.jsonl")));
        Assert.Equal(0, FakeScreen.Run("report", best, "--split", "test", "--runs", place.At("runs"), "--threads", "1").Code);
        Assert.Contains("the choice of 8 configurations that a sweep had tried", File.ReadAllText(place.At($"runs/{best}/report.html")));
    }

    [Fact]
    public void Finals_set_the_best_against_the_default_on_fresh_seeds_and_are_trained_once()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Assert.Equal(0, FakeScreen.Run(["sweep", Write(place), .. In(data, place)]).Code);
        string[] finals =
        [
            "sweep", "finals", "tiny", "--top", "2", "--seeds", "2", "--threads", "1", "--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--json",
        ];
        var (code, screen) = FakeScreen.Run(finals);
        Assert.True(code == 0, screen.Error);
        var rows = Last(screen)["rows"]!.AsArray();
        Assert.Equal(["default"], rows.Take(1).Select(row => (string)row!["name"]!));
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(2, row!["runs"]!.AsArray().Count));
        Assert.All(rows.Skip(1), row => Assert.NotNull(row!["luck"]));
        Assert.Contains((string)Last(screen)["choice"]!, rows.Select(row => (string)row!["name"]!));
        Assert.Equal(4, File.ReadAllLines(place.At("sweeps/tiny/finals.csv")).Length);
        var (again, _) = FakeScreen.Run(finals);
        Assert.Equal(0, again);
        Assert.False(File.Exists(place.At("runs/test_ledger.jsonl"))); // the test images stay closed
    }

    [Fact]
    public void A_contender_that_diverges_is_a_row_that_did_and_the_others_go_on()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Weft.Training.Contender Of(string name, params string[] values) => new(name, name, Weft.Training.ConfigurationResolver.Resolve(
            new Weft.Training.ConfigurationSources
            {
                Recipe = "none", Overrides =
                [
                    .. new[] { "model.name=small", "model.width=0.125", "training.epochs=2", "training.batch_size=16", $"data.folder={data.Folder}" }
                        .Concat(values).Select(Weft.Training.ConfigurationResolver.ParseSet),
                ],
            }), 0.5);
        Weft.Training.Contender[] contenders =
        [
            Of("default"), Of("wild", "optimizer.name=sgd", "optimizer.learning_rate=90", "schedule.name=constant", "model.normalization=none"), Of("calm"),
        ];
        var screen = new FakeScreen();
        using var session = new WatchedTraining(screen.Screen, []);
        (ExitCode Code, Weft.Training.ContestTable? Table) Compete(params Weft.Training.Contender[] some) => new ContestWork(screen.Screen, session, 1).Run(
            new Weft.Training.Contest(
                new Weft.Training.RunStore(place.At("runs")), "c", some, seeds: 2, firstSeed: 1, new Weft.Training.ValidationLossMetric()), place.At("c.csv"));
        var (code, table) = Compete(contenders);
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(["calm", "default", "wild"], table!.Ranked.Select(row => row.Contender.Name).Order());
        Assert.Equal("wild", table.Ranked[^1].Contender.Name);
        Assert.NotEqual("wild", table.Choice.Contender.Name);
        Assert.Equal(0, table.Rows[2].Difference); // it is the default once more
        var rows = Weft.Training.FinalsFile.Read(place.At("c.csv"));
        Assert.True(double.IsNaN(rows[1].Mean));
        Assert.Null(rows[1].ToldApart);
        Assert.Contains("wild diverged; the others go on", screen.Error + screen.Output);
        Assert.Null(ContestDocument.Of(table, "c.csv").Rows[1].Mean);

        // What the others are set against has to be there.
        Assert.Equal(Weft.Training.ErrorKind.Diverged, Assert.Throws<Weft.Training.WeftException>(() => Compete(contenders[1], contenders[0])).Kind);
    }

    [Fact]
    public void A_squeezed_rung_is_a_training_of_its_own_with_its_whole_schedule()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var (code, screen) = FakeScreen.Run(["sweep", Write(place, ours: ", fidelity: squeezed"), .. In(data, place)]);
        Assert.True(code == 0, screen.Error);
        var table = File.ReadAllLines(place.At("sweeps/tiny/trials.csv"))[1..];
        Assert.Equal(8, table.Length);
        Assert.Contains(table, row => row.Contains(",pruned,1,"));
        Assert.StartsWith("0,finished,3,", table[0]);
        Assert.Equal(1, Configuration(place.At("runs/tiny-0000-e1")).Training.Epochs);
        Assert.Equal(3, Configuration(place.At("runs/tiny-0000")).Training.Epochs);
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("squeezed")]
    public void The_best_after_the_same_few_epochs_go_on_with_their_runs_to_the_same_bits(string fidelity)
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var ours = $", fidelity: {fidelity}, keep_best: 1";
        var file = Write(place, pruner: "epoch, epochs: 1, keep: 2", ours: ours);
        var (planned, plan) = FakeScreen.Run(["sweep", "plan", file, "--json", "--data", data.Folder]);
        Assert.True(planned == 0, plan.Error);
        Assert.Equal(8 + 2 * (fidelity == "prefix" ? 2 : 3), (int)Last(plan)["epochs_at_most"]!);
        var (code, screen) = FakeScreen.Run(["sweep", file, "--json", .. In(data, place)]);
        Assert.True(code == 0, screen.Error);
        Assert.Equal((int)Last(plan)["epochs_at_most"]!, (int)Last(screen)["epochs"]!);
        var table = File.ReadAllLines(place.At("sweeps/tiny/trials.csv"))[1..];
        Assert.Equal(10, table.Length);
        Assert.All(table[..8], row => Assert.Contains(",pruned,1,", row));
        Assert.All(table[8..], row => Assert.Contains(",finished,3,", row));
        Assert.False(Directory.Exists(place.At("runs/tiny-0008"))); // it has the run of another
        Assert.Contains("in full: ", screen.Error);

        // Random settings do not depend on what was seen, so a sweep without a pruner has the same trials; its trainings end as those that were gone on with.
        Assert.Equal(0, FakeScreen.Run(
            ["sweep", Write(place, pruner: "asha, min_iter: 3"), "--data", data.Folder, "--sweeps", place.At("whole"), "--runs", place.At("whole-runs")]).Code);
        var whole = File.ReadAllLines(place.At("whole/tiny/trials.csv"))[1..].Select(row => row[row.IndexOf(',')..]).ToList();
        Assert.All(table[8..], row => Assert.Contains(row[row.IndexOf(',')..], whole));

        // The best trial's run is there with its checkpoints, and the report calls things by their names.
        var best = (string)Last(screen)["best_run"]!;
        Assert.Equal(0, FakeScreen.Run("eval", best, "--runs", place.At("runs")).Code);
        var page = File.ReadAllText(place.At("sweeps/tiny/report.html"));
        Assert.Contains("10<small> of 10</small>", page);
        Assert.Contains("6 trials ended early", page);
        Assert.Matches("goes on as [89]<", page);
        Assert.Matches("finished, trial [0-7] in full", page);
        var (extended, refused) = FakeScreen.Run("sweep", "extend", "tiny", "--trials", "+2", "--sweeps", place.At("sweeps"));
        Assert.Equal(2, extended);
        Assert.Contains("chooses the best among all its trials", refused.Error);
        var rows = File.ReadAllText(place.At("sweeps/tiny/trials.csv"));
        File.Delete(place.At("sweeps/tiny/trials.jsonl"));
        Assert.Equal(0, FakeScreen.Run("sweep", "rebuild", "tiny", "--sweeps", place.At("sweeps"), "--from", place.At("runs")).Code);
        Assert.Equal(0, FakeScreen.Run(["sweep", Write(place, pruner: "epoch, epochs: 1, keep: 2", ours: ours), .. In(data, place)]).Code);
        Assert.Equal(rows, File.ReadAllText(place.At("sweeps/tiny/trials.csv")));
    }

    [Fact]
    public void A_target_and_the_same_few_epochs_for_all_do_not_go_together()
    {
        using var place = new TempFolder();
        var file = Write(place, pruner: "epoch, epochs: 1, keep: 2");
        File.WriteAllText(file, File.ReadAllText(file).Replace("goal: minimize", "goal: minimize, target: 0.1", StringComparison.Ordinal));
        var (code, screen) = FakeScreen.Run("sweep", file, "--sweeps", place.At("sweeps"), "--runs", place.At("runs"));
        Assert.Equal(2, code);
        Assert.Contains("metric.target", screen.Error);
    }

    [Fact]
    public void A_grid_trains_each_point_once_and_the_default_first()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = place.At("grid.yaml");
        File.WriteAllText(file, """
            method: grid
            parameters:
              model: {value: small}
              model.width: {value: 0.125}
              epochs: {value: 1}
              optimizer: {values: [sgd, adam]}
              batch_size: {values: [16, 32]}
            """);
        var (code, screen) = FakeScreen.Run(["sweep", file, "--json", .. In(data, place)]);
        Assert.True(code == 0, screen.Error);
        var table = File.ReadAllLines(place.At("sweeps/grid/trials.csv"))[1..];
        Assert.Equal(5, table.Length); // the default's batch size is none of the grid's
        Assert.Equal(["sgd,16", "sgd,32", "adam,16", "adam,32"], table[1..].Select(row => string.Join(',', row.Split(',')[^2..])));
    }

    [Fact]
    public void A_recipe_loses_one_ingredient_at_a_time()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] command =
        [
            "ablate", "tuned/cnn4", "--data", data.Folder, "--set", "model.width=0.0625", "--epochs", "1", "--seeds", "2", "--only", "training.ema_decay",
            "--only", "optimizer.weight_decay", "--runs", place.At("runs"), "--threads", "1", "--json",
        ];
        var (code, screen) = FakeScreen.Run(command);
        Assert.True(code == 0, screen.Error);
        var rows = Last(screen)["rows"]!.AsArray();
        Assert.Equal(["whole", "optimizer-weight-decay", "training-ema-decay"], rows.Select(row => (string)row!["name"]!));
        Assert.Equal(4, File.ReadAllLines(place.At("runs/ablate-cnn4.csv")).Length);
        Assert.Equal("none", Weft.Training.ConfigurationTable.Find("training.ema_decay", Configuration(place.At("runs/ablate-cnn4-training-ema-decay-s1")))!
            .Read(Configuration(place.At("runs/ablate-cnn4-training-ema-decay-s1"))));
        var (unknown, refused) = FakeScreen.Run([.. command, "--only", "optimizer.beta1"]);
        Assert.Equal(2, unknown);
        Assert.Contains("augmentation.horizontal_flip", refused.Error);
    }

    [Fact]
    public void A_killed_sweep_takes_its_workers_along_and_goes_on_to_the_same_table()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place, trials: 10);
        string[] killed =
        [
            "sweep", file, "--workers", "2", "--threads", "1", "--data", data.Folder, "--sweeps", place.At("killed"), "--runs", place.At("killed-runs"),
        ];
        var trials = place.At("killed/tiny/trials.jsonl");
        using (var process = new WeftProcess($"exec $WEFT {string.Join(' ', killed)}"))
        {
            process.WaitUntil(() => File.Exists(trials) && File.ReadAllText(trials).Contains("\"ended\""));
            process.Send("KILL");
        }

        var (code, screen) = FakeScreen.Run([.. killed[..2], .. killed[4..]]);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(0, FakeScreen.Run(["sweep", file, "--data", data.Folder, "--sweeps", place.At("peaceful"), "--runs", place.At("peaceful-runs")]).Code);
        Assert.Equal(File.ReadAllText(place.At("peaceful/tiny/trials.csv")), File.ReadAllText(place.At("killed/tiny/trials.csv")));
    }

    [Theory]
    [InlineData("sweep", "FILE")]
    [InlineData("sweep nothing.yaml", "nothing.yaml")]
    [InlineData("sweep show nothing", "there is no sweep 'nothing'")]
    [InlineData("sweep finals nothing", "there is no sweep 'nothing'")]
    [InlineData("sweep FILE --budget soon", "--budget")]
    [InlineData("sweep FILE --budget 0h", "--budget")]
    [InlineData("sweep FILE --workers 257", "--workers")]
    [InlineData("sweep FILE --trials 0", "--trials")]
    [InlineData("sweep FILE --learning-rate 0.1", "optimizer.learning_rate")]
    [InlineData("sweep FILE --set data.limit=3", "data.limit")]
    [InlineData("sweep FILE --name ../out", "this cannot be a run's name")]
    [InlineData("ablate nothing", "there is no recipe 'nothing'")]
    public void What_cannot_be_is_refused_in_words_and_nothing_is_touched(string command, string word)
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place);
        string[] arguments = [.. command.Split(' ').Select(text => text == "FILE" ? file : text)];
        string[] places = arguments[0] == "ablate" ? ["--runs", place.At("runs")] : ["--sweeps", place.At("sweeps"), "--runs", place.At("runs")];
        var (code, screen) = FakeScreen.Run([.. arguments, .. places]);
        Assert.Equal(2, code);
        Assert.Contains(word, screen.Error);
        Assert.False(Directory.Exists(place.At("sweeps")) || Directory.Exists(place.At("runs")));
    }

    [Fact]
    public void A_name_belongs_to_the_file_and_the_data_it_was_given_to_wherever_those_are()
    {
        using var data = new TinyData();
        using var same = new TinyData();
        using var other = new TinyData(train: 60);
        using var place = new TempFolder();
        var file = Write(place, trials: 2);
        Assert.Equal(0, FakeScreen.Run(["sweep", file, .. In(data, place)]).Code);
        Assert.Equal(0, FakeScreen.Run(["sweep", "extend", "tiny", "--trials", "+1", "--sweeps", place.At("sweeps")]).Code);
        var (moved, elsewhere) = FakeScreen.Run(["sweep", file, "--json", .. In(same, place)]);
        Assert.True(moved == 0, elsewhere.Error);
        Assert.Equal(3, (int)Last(elsewhere)["trials"]!);
        var (different, mismatch) = FakeScreen.Run(["sweep", file, .. In(other, place)]);
        Assert.Equal(13, different);
        Assert.Contains("the data are others", mismatch.Error);
        Write(place, trials: 3);
        var (changed, refused) = FakeScreen.Run(["sweep", file, .. In(data, place)]);
        Assert.Equal(2, changed);
        Assert.Contains("made of something else", refused.Error);
    }

    private static Weft.Training.RunConfiguration Configuration(string run) =>
        new Weft.Training.RunReader(new Weft.Training.RunFolder(run)).Configuration().Value;
}
