namespace Weft.Training.Tests;

public sealed class RunStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RunStore Store => new(_folder.In("runs"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_are_numbered_after_their_model_and_never_reused()
    {
        Assert.Equal(["cnn5-1", "cnn5-2", "cnn5-3"], Enumerable.Range(0, 3).Select(_ => Created("cnn5")));
        Assert.Equal("cnn4-1", Created("cnn4"));
        Directory.Delete(_folder.In("runs", "cnn5-2"), recursive: true);
        Assert.Equal("cnn5-4", Created("cnn5"));

        string Created(string model)
        {
            using var run = Store.Create(model);
            return run.Folder.Name;
        }
    }

    [Fact]
    public void Many_that_create_at_once_get_a_run_each()
    {
        var names = new System.Collections.Concurrent.ConcurrentBag<string>();
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                using var run = Store.Create("small");
                names.Add(run.Folder.Name);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(80, names.Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("best")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a@best")]
    [InlineData(".hidden")]
    [InlineData("-flag")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void Names_that_would_be_misread_are_refused(string name)
    {
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Store.Create("small", name)).Kind);
        Assert.False(Directory.Exists(_folder.In("runs")));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        using (Store.Create("small", "mine"))
        {
        }

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Store.Create("small", "mine")).Kind);
    }

    [Fact]
    public void A_runs_folder_that_cannot_be_made_is_an_input_output_error()
    {
        File.WriteAllText(_folder.In("runs"), "a file");
        Assert.Equal(ErrorKind.IoError, Assert.Throws<WeftException>(() => Store.Create("small")).Kind);
    }

    [Fact]
    public void Runs_are_found_by_folder_name_prefix_latest_and_best()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1", "optimizer.learning_rate=0.0001"), "alpha-1");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=6", "model.dropout=0"), "beta-1");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1", "optimizer.learning_rate=0.0001"), "beta-2");
        Directory.CreateDirectory(_folder.In("runs", "no-run"));

        Assert.Equal("beta-1", Store.Find("beta-1").Folder.Name);
        Assert.Equal("alpha-1", Store.Find("al").Folder.Name);
        Assert.Equal("beta-2", Store.Find("latest").Folder.Name);
        Assert.Equal("beta-1", Store.Find("best").Folder.Name);
        Assert.Equal("beta-1", new RunStore(_folder.In("elsewhere")).Find(_folder.In("runs", "beta-1")).Folder.Name);
        Assert.Contains("fits 2 runs", Assert.Throws<WeftException>(() => Store.Find("beta")).What);
        Assert.Contains("did you mean 'alpha-1'?", Assert.Throws<WeftException>(() => Store.Find("alfa-1")).What);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Store.Find("no-run")).Kind);
        Assert.Equal(3, Store.List().Count);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => new RunStore(_folder.In("empty")).Find("latest")).Kind);
    }

    [Fact]
    public void A_run_of_a_newer_version_is_refused_and_hides_no_other()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "old");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "new");
        var file = TinyTraining.Run(_folder, "new").InformationFile;
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"v\": 1", "\"v\": 99"));

        Assert.Equal("old", Assert.Single(Store.List()).Folder.Name);
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => Store.Find("new")).Kind);
    }

    [Fact]
    public void A_run_has_one_owner_and_the_second_is_told_who()
    {
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration());
        var before = Snapshot();

        var error = Assert.Throws<WeftException>(() => TinyTraining.Resume(_folder));

        Assert.Equal(ErrorKind.RunBusy, error.Kind);
        Assert.Contains($"process {Environment.ProcessId}", error.What);
        Assert.Equal(before, Snapshot());
        Assert.True(RunLock.IsHeld(plan.Folder!));

        plan.Dispose();
        Assert.False(RunLock.IsHeld(plan.Folder!));
        using var taken = RunLock.Take(plan.Folder!);

        List<(string, long, DateTime)> Snapshot() => [.. new DirectoryInfo(_folder.In("runs", "run")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)).OrderBy(file => file.FullName)];
    }

    [Fact]
    public void The_description_names_what_the_run_was_made_of()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("data.limit_train=56", "data.limit_validation=8", "training.epochs=1"));
        var information = Store.Find("run").Information;

        Assert.Equal(("run", "small", 5L, null), (information.Name, information.Model, information.Seed, information.Recipe));
        Assert.Equal(["weft", "train"], information.CommandLine);
        Assert.Equal((56, 8, "tiny"), (information.Data.Train, information.Data.Validation, information.Data.Fingerprint));
        Assert.Equal(4, information.Data.Classes.Count);
        Assert.True(information.ParameterCount > 100 && information.Machine.Cores > 0 && information.Machine.Processor.Length > 0);
    }
}
