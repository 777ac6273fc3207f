using System.Text.Json.Nodes;
using Weft.Postgres.Tests;

namespace Weft.App.Tests;

/// <summary>The rows of a sweep are lost or damaged; the runs are there, and the sweep goes on as if nothing had happened.</summary>
public sealed class SweepRebuildTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Trials = 12;
    private const string Asha = "asha, min_iter: 1, eta: 3";

    [Theory]
    [InlineData("prefix", Asha)]
    [InlineData("squeezed", Asha)]
    [InlineData("prefix", "epoch, epochs: 1, keep: 2", 2)]
    public void Lost_and_damaged_rows_of_a_folder_are_made_from_the_runs(string fidelity, string pruner, int goingOn = 0)
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place, fidelity, pruner);
        string[] places = ["--sweeps", place.At("sweeps"), "--runs", place.At("runs")];
        Run(0, ["sweep", file, "--data", data.Folder, .. places]);
        var (rows, table) = (place.At("sweeps/tiny/trials.jsonl"), place.At("sweeps/tiny/trials.csv"));
        var (before, runs) = (File.ReadAllText(table), FolderHash.Of(place.At("runs")));
        Assert.Contains(",pruned,", before);
        Assert.Contains(",finished,", before);

        File.Delete(rows);
        var rebuilt = Last(Run(0, "sweep", "rebuild", "tiny", "--from", place.At("runs"), "--sweeps", place.At("sweeps"), "--json"));
        Assert.Equal((Trials + goingOn, Trials + goingOn, 0), ((int)rebuilt["trials"]!, (int)rebuilt["over"]!, (int)rebuilt["waiting"]!));
        File.Delete(table);
        Run(0, ["sweep", file, "--data", data.Folder, .. places]);
        Assert.Equal((before, runs), (File.ReadAllText(table), FolderHash.Of(place.At("runs")))); // nothing was trained

        // A line in the middle is damaged, and one trial's run is gone: it is trained again.
        var lines = File.ReadAllLines(rows);
        lines[lines.Length / 2] = lines[lines.Length / 2].Replace(':', ';');
        File.WriteAllLines(rows, lines);
        foreach (var run in Directory.GetDirectories(place.At("runs"), "tiny-0009*"))
            Directory.Delete(run, recursive: true);
        Run(32, ["sweep", file, "--data", data.Folder, .. places]);
        var partly = Last(Run(0, "sweep", "rebuild", "tiny", "--from", place.At("runs"), "--sweeps", place.At("sweeps"), "--json"));
        Assert.Equal((Trials, Trials - 1), ((int)partly["trials"]!, (int)partly["over"]!));
        Assert.True(File.Exists(rows + ".damaged-1"));
        Run(0, ["sweep", file, "--data", data.Folder, .. places]);
        Assert.Equal(before, File.ReadAllText(table));
    }

    [Fact]
    public void Dropped_tables_are_made_from_the_runs_and_the_sweep_that_was_under_way_goes_on()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place);
        Run(0, "sweep", file, "--data", data.Folder, "--sweeps", place.At("peaceful"), "--runs", place.At("peaceful-runs"));
        string[] places = ["--sweeps", place.At("sweeps"), "--store", address.Text];
        Run(0, ["sweep", file, "--trials", "5", "--data", data.Folder, "--runs", place.At("runs"), .. places]);
        foreach (var loss in new[] { "drop schema weft cascade", "drop table weft.trial cascade", "delete from weft.sweep" })
        {
            Run(0, ["sweep", "extend", "tiny", "--trials", "+2", .. places]);
            Run(0, ["sweep", file, "--data", data.Folder, "--runs", place.At("runs"), .. places]);
            server.Execute(address.Settings.Database!, loss);
            Assert.Equal(0, (int)Last(Run(0, ["sweep", "rebuild", "tiny", "--from", place.At("runs"), "--json", .. places]))["waiting"]!);
        }

        Run(0, ["sweep", "extend", "tiny", "--trials", "+1", .. places]);
        Run(0, ["sweep", file, "--data", data.Folder, "--runs", place.At("runs"), .. places]);
        Assert.Equal(File.ReadAllText(place.At("peaceful/tiny/trials.csv")), File.ReadAllText(place.At("sweeps/tiny/trials.csv")));
    }

    [Fact]
    public void Runs_of_another_sweep_are_refused()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] places = ["--sweeps", place.At("sweeps"), "--runs", place.At("runs")];
        Run(0, ["sweep", Write(place), "--trials", "2", "--data", data.Folder, .. places]);
        Directory.Move(place.At("sweeps/tiny"), place.At("kept"));
        Run(0, ["sweep", Write(place), "--trials", "2", "--workers", "0", "--data", data.Folder, "--set", "model.width=0.25", .. places]);
        var refused = Run(2, "sweep", "rebuild", "tiny", "--from", place.At("runs"), "--sweeps", place.At("sweeps"));
        Assert.Contains("trained with another configuration", refused.Error);
    }

    private static FakeScreen Run(int expected, params string[] arguments)
    {
        var (code, screen) = FakeScreen.Run(arguments);
        Assert.True(code == expected, $"weft {string.Join(' ', arguments)} ended with {code}: {screen.Error}");
        return screen;
    }

    private static JsonObject Last(FakeScreen screen) => JsonNode.Parse(screen.OutputLines[^1])!.AsObject();

    private static string Write(TempFolder place, string fidelity = "prefix", string pruner = Asha)
    {
        var path = place.At("tiny.yaml");
        File.WriteAllText(path, $$"""
            method: bayes
            metric: {name: validation_loss, goal: minimize}
            run_cap: {{Trials}}
            parameters:
              model.name: {value: small}
              model.width: {value: 0.125}
              epochs: {value: 3}
              optimizer: {values: [sgd, adam]}
              optimizer.momentum: {values: [0.5, 0.9]}
              optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
            early_terminate: {type: {{pruner}}}
            weft: {parallel: 2, fidelity: {{fidelity}}}
            """);
        return path;
    }
}
