using System.Text.Json.Nodes;
using Weft.Postgres;
using Weft.Postgres.Tests;

namespace Weft.App.Tests;

/// <summary>A sweep in a database, as a person has it who works on several machines: other folders, the same command.</summary>
public sealed class SweepStoreTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public void A_sweep_in_a_database_is_joined_from_anywhere_and_is_that_of_a_folder()
    {
        var store = server.NewDatabase().Text;
        using var data = new TinyData();
        using var moved = new TinyData();
        using var here = new TempFolder();
        using var there = new TempFolder();
        var file = Write(here, trials: 6);
        Run(0, "sweep", file, "--name", "tiny", "--data", data.Folder, "--sweeps", here.At("folder"), "--runs", here.At("folder-runs"));

        string[] places = ["--sweeps", here.At("sweeps"), "--runs", here.At("runs")];
        var made = Run(0, ["sweep", file, "--data", data.Folder, "--store", store, "--workers", "0", "--json", .. places]);
        Assert.Equal((0, "made"), ((int)Last(made)["trials"]!, (string)Last(made)["stop_reason"]!));
        Assert.Contains($"weft sweep worker tiny --store '{store}'", made.Error);
        Assert.False(Directory.Exists(here.At("runs")));

        // Another machine: no folder of the sweep, and the data elsewhere.
        string[] elsewhere = ["--store", store, "--sweeps", there.At("sweeps"), "--runs", there.At("runs")];
        Run(0, ["sweep", "worker", "tiny", "--data", moved.Folder, "--threads", "1", .. elsewhere]);
        Assert.False(Directory.Exists(there.At("sweeps")));
        Assert.Equal(6, Last(Run(0, ["sweep", "show", "tiny", "--json", .. elsewhere]))["table"]!.AsArray().Count);
        Run(0, "sweep", "extend", "tiny", "--trials", "+1", "--store", store);
        Run(0, ["sweep", "worker", "tiny", "--data", moved.Folder, .. elsewhere]);

        // The folder where it was made knows the database.
        Assert.Equal(7, Last(Run(0, ["sweep", "show", "tiny", "--json", .. places]))["table"]!.AsArray().Count);
        Run(0, ["sweep", file, "--data", data.Folder, .. places]);
        var table = File.ReadAllLines(here.At("sweeps/tiny/trials.csv"));
        Assert.Equal(File.ReadAllLines(here.At("folder/tiny/trials.csv")), table[..7]);
        Assert.Equal(8, table.Length);

        Run(0, "sweep", "stop", "tiny", "--store", store);
        Assert.Equal("stopped", (string)Last(Run(0, ["sweep", "show", "tiny", "--json", .. elsewhere]))["stop_reason"]!);
        Run(60, ["sweep", "worker", "tiny", "--data", moved.Folder, .. elsewhere]);
        Run(0, ["sweep", "finals", "tiny", "--top", "1", "--seeds", "1", "--data", moved.Folder, .. elsewhere]);
        Assert.True(File.Exists(there.At("sweeps/tiny/finals.csv")));
    }

    [Fact]
    public void Workers_that_a_sweep_starts_use_its_database_and_go_on_after_a_kill()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place, trials: 10);
        string[] places = ["--data", data.Folder, "--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--store", address.Text];
        using (var process = new WeftProcess($"exec $WEFT sweep {file} --workers 2 --threads 1 {ShellWords.Join(places)}"))
        {
            process.WaitUntil(() => File.Exists(place.At("sweeps/tiny/sweep.json"))
                && Last(Run(0, ["sweep", "show", "tiny", "--json", .. places[2..]]))["table"]!.AsArray().Any(row => (string)row!["state"]! == "finished"));
            process.Send("KILL");
        }

        Assert.False(File.Exists(place.At("sweeps/tiny/trials.jsonl")));
        // What the killed workers had would come back when their leases are over.
        server.Execute(address.Settings.Database!, "update weft.trial set lease_until = clock_timestamp() - interval '1 s' where state = 2");
        Run(0, ["sweep", file, .. places]);
        Run(0, "sweep", file, "--data", data.Folder, "--sweeps", place.At("peaceful"), "--runs", place.At("peaceful-runs"));
        Assert.Equal(File.ReadAllText(place.At("peaceful/tiny/trials.csv")), File.ReadAllText(place.At("sweeps/tiny/trials.csv")));
    }

    [Fact]
    public async Task A_worker_whose_trial_another_one_has_ends_with_62()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] places = ["--data", data.Folder, "--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--store", address.Text];
        Run(0, ["sweep", Write(place, trials: 2, epochs: 2000), "--workers", "0", .. places]);
        var worker = Task.Run(() => FakeScreen.Run(["sweep", "worker", "tiny", .. places]));
        using (var database = SweepDatabase.Open(address))
        {
            using var store = database.Store("tiny");
            SpinWait.SpinUntil(() => worker.IsCompleted || store.Read().Trials.Any(trial => trial.Epochs > 0));
        }

        server.Execute(address.Settings.Database!, "update weft.trial set attempt = attempt + 1, owner = 'other:1' where state = 2");
        var (code, screen) = await worker;
        Assert.True(code == 62, screen.Error);
        Assert.Contains("other:1", screen.Error);
    }

    [Fact]
    public void A_worker_that_is_stopped_keeps_its_run_and_the_next_attempt_has_one_of_its_own()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var place = new TempFolder();
        var file = Write(place, trials: 2, epochs: 1000);
        Run(0, "sweep", file, "--data", data.Folder, "--sweeps", place.At("peaceful"), "--runs", place.At("peaceful-runs"));
        string[] places = ["--data", data.Folder, "--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--store", address.Text];
        Run(0, ["sweep", file, "--workers", "0", .. places]);
        using var asleep = new WeftProcess($"exec $WEFT sweep worker tiny {ShellWords.Join(places)}");
        using (var database = SweepDatabase.Open(address))
        {
            using var store = database.Store("tiny");
            asleep.WaitUntil(() => store.Read().Trials is [{ Epochs: > 0 }, ..]);
            asleep.Send("STOP");
        }

        server.Execute(address.Settings.Database!, "update weft.trial set lease_until = clock_timestamp() - interval '1 s' where state = 2");
        Run(0, ["sweep", "worker", "tiny", .. places]);
        asleep.Send("CONT");
        Assert.Equal(62, asleep.End().Code);
        var best = (string)Last(Run(0, ["sweep", file, "--json", .. places]))["best_run"]!;
        Assert.Equal(File.ReadAllText(place.At("peaceful/tiny/trials.csv")), File.ReadAllText(place.At("sweeps/tiny/trials.csv")));
        var again = Directory.GetDirectories(place.At("runs"), "*-a*").Single();
        Assert.EndsWith("-a2", again);
        Assert.Equal(1000, new Weft.Training.RunReader(new Weft.Training.RunFolder(best)).Metrics().Count);
    }

    [Fact]
    public void Other_data_other_processors_and_damaged_tables_are_told_apart()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var other = new TinyData(train: 60);
        using var place = new TempFolder();
        string[] places = ["--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--store", address.Text];
        string[] worker = ["sweep", "worker", "tiny", "--data", data.Folder, .. places];
        Run(0, ["sweep", Write(place), "--workers", "0", "--data", data.Folder, .. places]);
        Run(13, ["sweep", "worker", "tiny", "--data", other.Folder, .. places]);
        Assert.Contains("tiny", Run(2, ["sweep", "worker", "huge", "--data", data.Folder, .. places]).Error); // those that are there
        Change("regexp_replace(information, '\"vector_bits\": \\d+', '\"vector_bits\": 1024')");
        Assert.Contains("1024-bit vectors", Run(23, worker).Error);
        Change("'{}'");
        Run(32, worker);
        server.Execute(address.Settings.Database!, "drop table weft.report, weft.trial, weft.sweep");
        Run(32, worker);
        Assert.False(Directory.Exists(place.At("runs")));

        void Change(string information) => server.Execute(address.Settings.Database!, $"update weft.sweep set information = {information}");
    }

    [Fact]
    public void A_folder_belongs_to_one_sweep_wherever_its_rows_are()
    {
        var address = server.NewDatabase();
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] command = ["sweep", Write(place, trials: 2), "--data", data.Folder, "--sweeps", place.At("sweeps"), "--runs", place.At("runs")];
        Run(0, command);
        Assert.Contains("the folder is another sweep's", Run(2, [.. command, "--store", address.Text]).Error);
    }

    [Theory]
    [InlineData("postgres://me:secret@localhost/db", 2, "a password does not belong into the address")]
    [InlineData("localhost/db", 2, "this is no address of a PostgreSQL database")]
    [InlineData("postgres://me@localhost:1/db", 31, "the database cannot be reached")]
    public void A_wrong_address_is_refused_in_words_and_nothing_is_touched(string address, int code, string words)
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        string[] places = ["--sweeps", place.At("sweeps"), "--runs", place.At("runs"), "--store", address];
        var screen = Run(code, ["sweep", Write(place), "--data", data.Folder, .. places]);
        Assert.Contains(words, screen.Error);
        Assert.DoesNotContain("secret", screen.Error);
        Assert.False(Directory.Exists(place.At("sweeps")) || Directory.Exists(place.At("runs")));
    }

    private static FakeScreen Run(int expected, params string[] arguments)
    {
        var (code, screen) = FakeScreen.Run(arguments);
        Assert.True(code == expected, $"weft {string.Join(' ', arguments)} ended with {code}: {screen.Error}");
        return screen;
    }

    private static JsonObject Last(FakeScreen screen) => JsonNode.Parse(screen.OutputLines[^1])!.AsObject();

    private static string Write(TempFolder place, int trials = 8, int epochs = 3)
    {
        var path = place.At("tiny.yaml");
        File.WriteAllText(path, $$"""
            method: random
            metric: {name: validation_loss, goal: minimize}
            run_cap: {{trials}}
            parameters:
              model.name: {value: small}
              model.width: {value: 0.125}
              epochs: {value: {{epochs}}}
              optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
              batch_size: {values: [16, 32]}
            early_terminate: {type: asha, min_iter: 1, eta: 3}
            weft: {parallel: 2}
            """);
        return path;
    }
}
