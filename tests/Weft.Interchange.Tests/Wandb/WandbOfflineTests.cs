using System.Security.Cryptography;
using System.Text.Json;
using Weft.Interchange.WandbWire;
using Weft.Training;
using Record = Weft.Interchange.WandbWire.Record;

namespace Weft.Interchange.Tests;

public sealed class WandbOfflineTests : TrackedRunTests
{
    [Fact]
    public void A_run_becomes_aFolder_that_readers_find()
    {
        HandOver(Run(3));
        var segment = Assert.Single(Directory.GetDirectories(Folder.In("wandb")));
        Assert.Matches("^offline-run-20260304_[0-9]{6}-[0-9a-z]{8}$", Path.GetFileName(segment));
        var id = segment[^8..];
        Assert.Equal([$"run-{id}.wandb"], Directory.GetFiles(segment).Select(Path.GetFileName));
        Assert.All(new[] { "config.yaml", "wandb-summary.json", "wandb-metadata.json" }, name =>
            Assert.True(File.Exists(Path.Combine(segment, "files", name))));
    }

    [Fact]
    public void Records_come_in_the_order_that_both_syncs_need()
    {
        var records = Records(HandOver(Run(3)));
        Assert.Equal(Enumerable.Range(1, records.Count).Select(i => (long)i), records.Select(record => record.Num));
        var kinds = records.Select(record => record.WhatCase).ToList();
        Assert.Equal([Record.WhatOneofCase.Header, Record.WhatOneofCase.Run], kinds[..2]);
        Assert.Equal([Record.WhatOneofCase.Exit, Record.WhatOneofCase.Final, Record.WhatOneofCase.Footer], kinds[^3..]);
        Assert.DoesNotContain(Record.WhatOneofCase.None, kinds);
        Assert.True(kinds.LastIndexOf(Record.WhatOneofCase.Metric) < kinds.IndexOf(Record.WhatOneofCase.History));
    }

    [Fact]
    public void History_has_every_value_once_with_rising_steps()
    {
        var rows = Rows(HandOver(Run(3)));
        var steps = rows.Select(row => long.Parse(row["_step"])).ToList();
        Assert.Equal(steps.Order().Distinct(), steps);
        Assert.Equal(["10", "20", "30", "40", "50", "60"], rows.Where(row => row.ContainsKey("step/loss")).Select(row => row["step"]));
        Assert.Equal(["0.601", "0.602", "0.603"], rows.Where(row => row.ContainsKey("validation/accuracy")).Select(row => row["validation/accuracy"]));
        Assert.Equal(["1", "2", "3"], rows.Where(row => row.ContainsKey("validation/accuracy")).Select(row => row["epoch"]));
        Assert.All(rows, row => Assert.True(double.Parse(row["_timestamp"]) >= FakeRun.Start.ToUnixTimeSeconds() && double.Parse(row["_runtime"]) >= 0));
    }

    [Fact]
    public void History_step_number_equals_the_item() => Assert.All(
        Records(HandOver(Run(2))).Where(record => record.WhatCase == Record.WhatOneofCase.History),
        record => Assert.Equal(record.History.Step.Num.ToString(), record.History.Item.Single(item => item.NestedKey is ["_step"]).ValueJson));

    [Fact]
    public void Summary_holds_best_and_last_of_what_has_a_goal()
    {
        var summary = JsonDocument.Parse(File.ReadAllText(
            Directory.GetFiles(Path.GetDirectoryName(HandOver(Run(3)))!, "wandb-summary.json", SearchOption.AllDirectories).Single())).RootElement;
        Assert.Equal(0.603, summary.GetProperty("validation/accuracy").GetProperty("max").GetDouble());
        Assert.Equal(0.5, summary.GetProperty("validation/loss").GetProperty("min").GetDouble());
        Assert.Equal(3, summary.GetProperty("best_epoch").GetInt32());
        Assert.Equal(JsonValueKind.Number, summary.GetProperty("_wandb").GetProperty("runtime").ValueKind);
    }

    [Fact]
    public void Metrics_of_an_epoch_are_drawn_over_the_epoch_and_know_their_goal()
    {
        var metrics = Records(HandOver(Run(1))).Where(record => record.WhatCase == Record.WhatOneofCase.Metric)
            .Select(record => record.Metric).ToDictionary(metric => metric.Name);
        Assert.Equal("epoch", metrics["validation/accuracy"].StepMetric);
        Assert.Equal(MetricGoal.Maximize, metrics["validation/accuracy"].Goal);
        Assert.Equal(MetricGoal.Minimize, metrics["validation/loss"].Goal);
        Assert.Contains("epoch", metrics.Keys);
    }

    [Fact]
    public void Every_media_file_is_there_as_its_value_says_and_is_named_by_a_files_record()
    {
        var log = HandOver(Run(2));
        var files = Path.Combine(Path.GetDirectoryName(log)!, "files");
        var named = Records(log).Where(record => record.WhatCase == Record.WhatOneofCase.Files)
            .SelectMany(record => record.Files.Files_).Select(file => file.Path).ToHashSet();
        var last = Rows(log)[^1];
        foreach (var key in new[] { "confusion_matrix_table", "recall_by_class_table", "comparison_table", "predictions" })
        {
            var path = JsonSerializer.Deserialize<string>(last[$"{key}.path"])!;
            var content = File.ReadAllBytes(Path.Combine(files, path));
            Assert.Equal(JsonSerializer.Deserialize<string>(last[$"{key}.sha256"]), Convert.ToHexStringLower(SHA256.HashData(content)));
            Assert.Equal(last[$"{key}.size"], content.Length.ToString());
            Assert.Contains(path, named);
            var table = JsonDocument.Parse(content).RootElement;
            Assert.Equal(last[$"{key}.nrows"], table.GetProperty("data").GetArrayLength().ToString());
            Assert.Equal(last[$"{key}.ncols"], table.GetProperty("columns").GetArrayLength().ToString());
        }

        Assert.All(named, path => Assert.True(File.Exists(Path.Combine(files, path))));
    }

    [Fact]
    public void Confusion_matrix_is_a_custom_chart_over_all_pairs_of_classes()
    {
        var log = HandOver(Run(1));
        var panel = Records(log).Where(record => record.WhatCase == Record.WhatOneofCase.Config).SelectMany(record => record.Config.Update)
            .Single(item => item.NestedKey is ["_wandb", "visualize", "confusion_matrix"]);
        Assert.Equal("wandb/confusion_matrix/v1", JsonDocument.Parse(panel.ValueJson).RootElement.GetProperty("panel_config")
            .GetProperty("panelDefId").GetString());
        var path = JsonSerializer.Deserialize<string>(Rows(log)[^1]["confusion_matrix_table.path"])!;
        Assert.Equal("{\"columns\":[\"Actual\",\"Predicted\",\"nPredictions\"],"
            + "\"data\":[[\"boot\",\"boot\",4],[\"boot\",\"bag\",1],[\"bag\",\"boot\",0],[\"bag\",\"bag\",5]]}",
            File.ReadAllText(Path.Combine(Path.GetDirectoryName(log)!, "files", path)));
    }

    [Fact]
    public void Table_with_images_is_an_artifact_whose_digest_covers_its_manifest()
    {
        var artifact = Records(HandOver(Run(1))).Single(record => record.WhatCase == Record.WhatOneofCase.Artifact).Artifact;
        Assert.True(artifact.Finalize);
        Assert.Equal(128, artifact.ClientId.Length);
        var text = "wandb-artifact-manifest-v1\n" + string.Concat(
            artifact.Manifest.Contents.OrderBy(entry => entry.Path, StringComparer.Ordinal).Select(entry => $"{entry.Path}:{entry.Digest}\n"));
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(FakeRun.Utf8(text))), artifact.Digest);
        Assert.All(artifact.Manifest.Contents, entry => Assert.Equal(entry.Digest, Convert.ToBase64String(MD5.HashData(File.ReadAllBytes(entry.LocalPath)))));
        Assert.Contains(artifact.Manifest.Contents, entry => entry.Path == "predictions.table.json");
    }

    [Fact]
    public void System_use_and_console_lines_are_told()
    {
        var records = Records(HandOver(Run(2)));
        var stats = records.Where(record => record.WhatCase == Record.WhatOneofCase.Stats)
            .Select(record => record.Stats.Item.ToDictionary(item => item.Key, item => item.ValueJson)).ToList();
        Assert.Equal(["75", "75"], stats.Select(item => item["cpu"]));
        var lines = records.Where(record => record.WhatCase == Record.WhatOneofCase.OutputRaw).Select(record => record.OutputRaw.Line).ToList();
        Assert.All(lines, line => Assert.EndsWith("\n", line));
        Assert.Contains(lines, line => line.StartsWith("epoch 2/2", StringComparison.Ordinal));
        Assert.Contains("completed: as asked\n", lines);
    }

    [Fact]
    public void Values_that_are_no_numbers_are_bare_words()
    {
        var run = new FakeRun(Folder.In("runs"));
        run.Append(
            new RunStarted(1, "desk", 2, 1, 20) { Time = FakeRun.Start }, new StepDone(1, 10, double.NaN, 0.5, 1e-7, 7) { Time = FakeRun.Start },
            new StepDone(1, 20, double.PositiveInfinity, double.NaN, double.NegativeInfinity, 7) { Time = FakeRun.Start });
        var rows = Rows(HandOver(run));
        Assert.Equal(
            ["NaN", "1E-07", "Infinity", "NaN", "-Infinity"],
            new[] { rows[0]["step/loss"], rows[0]["step/learning_rate"], rows[1]["step/loss"], rows[1]["step/accuracy"], rows[1]["step/learning_rate"] });
    }

    [Theory, InlineData(StopReasons.Completed, 0), InlineData(StopReasons.Interrupted, 130), InlineData(StopReasons.Diverged, 20), InlineData(null, 1)]
    public void Exit_code_tells_how_the_process_ended(string? reason, int code)
    {
        var run = new FakeRun(Folder.In("runs"));
        run.Append(FakeRun.Training(2, reason));
        Assert.Equal(code, Records(HandOver(run)).Single(record => record.WhatCase == Record.WhatOneofCase.Exit).Exit.ExitCode);
    }

    [Fact]
    public void A_resumed_run_has_aFolder_for_each_process_and_goes_on_counting()
    {
        var run = new FakeRun(Folder.In("runs"));
        run.Append(FakeRun.Training(2, StopReasons.Interrupted));
        run.Append(FakeRun.Training(4, firstEpoch: 3, fromSecond: 3600));
        HandOver(run);
        var logs = Logs();
        Assert.Equal(2, logs.Count);
        var second = Records(logs[1]).Single(record => record.WhatCase == Record.WhatOneofCase.Run).Run;
        Assert.True(second.Resumed);
        var steps = logs.SelectMany(Rows).Select(row => long.Parse(row["_step"])).ToList();
        Assert.Equal(steps.Order().Distinct(), steps);
        Assert.Equal(long.Parse(Rows(logs[0])[^1]["_step"]) + 1, second.StartingStep);
        Assert.Equal(["0.601", "0.602", "0.603", "0.604"], logs.SelectMany(Rows).Where(row => row.ContainsKey("validation/accuracy"))
            .Select(row => row["validation/accuracy"]));
    }

    [Fact]
    public void Variables_name_project_entity_tags_andFolder()
    {
        var run = Run(1);
        var elsewhere = Folder.In("elsewhere");
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.For(Folder.Path,
            ("WANDB_DIR", elsewhere), ("WANDB_PROJECT", "shoes"), ("WANDB_ENTITY", "me"), ("WANDB_TAGS", "a, b"),
                ("WANDB_RUN_ID", "mine"), ("WANDB_NAME", "first")), goOn: false);
        var log = Directory.GetFiles(elsewhere, "run-mine.wandb", SearchOption.AllDirectories).Single();
        var record = Records(log)[1].Run;
        Assert.Equal(("shoes", "me", "mine", "first"), (record.Project, record.Entity, record.RunId, record.DisplayName));
        Assert.Equal(["a", "b"], record.Tags);
    }

    [Fact]
    public void Disabled_writes_nothing()
    {
        var report = RunTracking.HandOver(Run(1).Reader, TrackingTarget.Wandb, Options.For(Folder.Path, ("WANDB_MODE", "disabled")), goOn: false);
        Assert.Single(report.Notices);
        Assert.False(Directory.Exists(Folder.In("wandb")));
    }

    private string HandOver(FakeRun run)
    {
        var report = RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.For(Folder.Path), goOn: false);
        Assert.True(report.IsComplete);
        return Logs()[0];
    }

    private List<string> Logs() => [.. Directory.GetFiles(Folder.In("wandb"), "*.wandb", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static List<Record> Records(string log)
    {
        var records = BlockLogReader.Read(File.ReadAllBytes(log), out var tear);
        Assert.Null(tear);
        return [.. records.Select(record => Record.Parser.ParseFrom(record))];
    }

    /// <summary>Each row's items by dotted key.</summary>
    private static List<Dictionary<string, string>> Rows(string log) =>
        [.. Records(log).Where(record => record.WhatCase == Record.WhatOneofCase.History)
            .Select(record => record.History.Item.ToDictionary(item => string.Join('.', item.NestedKey), item => item.ValueJson))];
}
