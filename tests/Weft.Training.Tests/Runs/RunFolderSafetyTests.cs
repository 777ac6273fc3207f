using System.Text;

namespace Weft.Training.Tests;

/// <summary>A run exists from its first moment or not at all, and its records show every bit that was changed in them.</summary>
public sealed class RunFolderSafetyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RunStore Store => new(_folder.In("runs"));

    private RunFolder Run => TinyTraining.Run(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_cannot_be_filled_leaves_nothing_and_its_name_is_free()
    {
        for (var failing = 0; ; failing++)
        {
            var files = new FaultyFiles(failing, FaultyFiles.NoSpaceLeft, forever: true);
            try
            {
                TinyTraining.Begin(_folder, TinyTraining.Configuration(), surroundings: new Surroundings { Files = files }).Dispose();
                Assert.True(failing > 5, $"only {failing} operations were made to fail");
                return;
            }
            catch (WeftException refused)
            {
                Assert.Equal(ErrorKind.DiskFull, refused.Kind);
                Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("runs")));
            }
        }
    }

    [Fact]
    public void What_a_kill_leaves_is_hidden_and_goes_after_a_while()
    {
        Directory.CreateDirectory(_folder.In("runs", ".new-0123"));
        File.WriteAllText(_folder.In("runs", ".new-0123", "run.json"), "{");
        Assert.Empty(Store.List());

        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "first");
        Assert.True(Directory.Exists(_folder.In("runs", ".new-0123"))); // it may still be in the making
        Directory.SetLastWriteTimeUtc(_folder.In("runs", ".new-0123"), DateTime.UtcNow.AddHours(-1));
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "second");

        Assert.False(Directory.Exists(_folder.In("runs", ".new-0123")));
        Assert.Equal(["first", "second"], Store.List().Select(run => run.Folder.Name));
    }

    [Fact]
    public void A_name_that_another_process_takes_at_this_moment_is_busy()
    {
        using var other = TinyTraining.Begin(_folder, TinyTraining.Configuration());
        var refused = Assert.Throws<WeftException>(() => TinyTraining.Begin(_folder, TinyTraining.Configuration()));
        Assert.Equal(ErrorKind.RunBusy, refused.Kind);
    }

    [Fact]
    public void Who_loses_the_race_for_a_name_is_told_that_it_is_busy()
    {
        using var won = new ManualResetEventSlim();
        RunLock? winner = null;
        var refused = Assert.Throws<WeftException>(() =>
            Store.Create("small", "run", (_, _) => winner = Store.Create("small", "run", (made, _) => File.WriteAllText(made.Folder.InformationFile, "{}"))));
        Assert.Equal(ErrorKind.RunBusy, refused.Kind);
        winner!.Dispose();
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.In("runs")));
    }

    [Fact]
    public void One_bad_run_hides_no_other()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "good");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"), "bad");
        File.WriteAllText(TinyTraining.Run(_folder, "bad").InformationFile, "{\"v\":1,\"name\":null}");
        File.CreateSymbolicLink(_folder.In("runs", "linked"), _folder.In("runs", "good"));

        var listing = Store.Look();

        Assert.Contains("good", listing.Runs.Select(run => run.Folder.Name));
        Assert.Equal(("bad", ErrorKind.StoreDamaged), (Assert.Single(listing.Unreadable).Folder.Name, listing.Unreadable[0].Problem.Kind));
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => Store.Find("bad")).Kind);
        Assert.Equal("good", Store.Find("good").Folder.Name);
    }

    [Fact]
    public void A_run_that_began_while_the_clock_was_ahead_is_not_the_latest_for_ever()
    {
        var ahead = new FixedClock(DateTimeOffset.UtcNow.AddYears(1));
        TinyTraining.Begin(_folder, TinyTraining.Configuration(), "ahead", new Surroundings { Clock = ahead }).Dispose();
        TinyTraining.Begin(_folder, TinyTraining.Configuration(), "now").Dispose();

        Assert.Equal("now", Store.Find("latest").Folder.Name);
        Assert.Equal("ahead", new RunStore(_folder.In("runs"), ahead).Find("latest").Folder.Name);
    }

    [Theory]
    [InlineData("events.jsonl")]
    [InlineData("metrics.csv")]
    public void Nothing_is_appended_through_a_link(string name)
    {
        TrainHalf();
        var victim = _folder.In("victim");
        File.WriteAllText(victim, "somebody's\nnotes without an end");
        File.Delete(Path.Combine(Run.Path, name));
        File.CreateSymbolicLink(Path.Combine(Run.Path, name), victim);

        using var plan = TinyTraining.Resume(_folder);
        Assert.Equal(ErrorKind.IoError, Assert.Throws<WeftException>(() => Trainer.Run(plan)).Kind);
        Assert.Equal("somebody's\nnotes without an end", File.ReadAllText(victim));
    }

    [Fact]
    public void A_training_whose_folder_is_replaced_by_a_link_writes_no_checkpoint_there()
    {
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration());
        Directory.Move(Run.Path, _folder.In("moved"));
        Directory.CreateDirectory(_folder.In("victim", "checkpoints"));
        Directory.CreateSymbolicLink(Run.Path, _folder.In("victim"));

        Assert.Equal(ErrorKind.IoError, Assert.Throws<WeftException>(() => Trainer.Run(plan)).Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("victim", "checkpoints")));
        Directory.Delete(Run.Path);
    }

    [Fact]
    public void Every_flipped_bit_of_the_metrics_shows()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration());
        var rows = new RunReader(Run).Metrics();
        var bytes = File.ReadAllBytes(Run.MetricsFile);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            var read = MetricsFile.Parse(Encoding.UTF8.GetString(flipped.AsSpan(0, flipped.AsSpan().LastIndexOf((byte)'\n') + 1)));
            Assert.All(read.Rows, row => Assert.Contains(row, rows));
            Assert.True(read.Damaged > 0 || read.Rows.Count == rows.Count || flipped[^1] != bytes[^1], $"bit {bit} took a row away without a word");
        }
    }

    // A checksum of digits alone would be a number to whoever takes its column for a further metric.
    [Fact]
    public void A_damaged_name_of_the_checksum_column_makes_no_metric_of_it()
    {
        var row = Enumerable.Range(1, 10_000).Select(step => new MetricsRow(1, step, 1, 0.5, 1, 0.5, 0.1, 1, 10))
            .First(row => row.ToCheckedCsv([])[^8..].All(char.IsAsciiDigit));
        Assert.Equal([row], MetricsFile.Parse($"{MetricsRow.Header},brc32\n{row.ToCheckedCsv([])}\n").Rows);
    }

    [Fact]
    public void Every_flipped_bit_of_an_event_shows_or_changes_nothing()
    {
        var told = new StepDone(3, 120, 0.123456, 0.9375, 0.05, 1234.5) { Time = new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero) };
        var line = Encoding.UTF8.GetBytes(RunEventLine.Write(told));
        for (var bit = 0; bit < line.Length * 8; bit++)
        {
            var flipped = (byte[])line.Clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            RunEvent? read;
            try
            {
                read = RunEventLine.Read(Encoding.UTF8.GetString(flipped), "here");
            }
            catch (WeftException newer)
            {
                Assert.Equal(ErrorKind.NewerFormat, newer.Kind); // the digit of the version
                continue;
            }

            Assert.True(read is null || read == told, $"bit {bit}: {read}");
        }
    }

    [Fact]
    public void A_resumed_run_sets_damaged_records_aside_and_writes_them_anew()
    {
        TrainHalf();
        var rows = new RunReader(Run).Metrics();
        Damage(Run.MetricsFile, "validation_loss", offsetInNextLine: 3);
        Assert.Empty(new RunReader(Run).Metrics());
        Assert.NotNull(new RunReader(Run).Records().Damage);

        using (var plan = TinyTraining.Resume(_folder))
        {
            using var seen = new StopAtStep(long.MaxValue);
            Trainer.Run(plan, seen);
            Assert.Contains(seen.Events.OfType<Warned>(), warning => warning.Code == "records-damaged");
        }

        Assert.Equal(rows[0] with { }, new RunReader(Run).Metrics()[0], (a, b) =>
            a.Epoch == b.Epoch && a.ValidationLoss == b.ValidationLoss && a.LearningRate == b.LearningRate);
        Assert.Equal([1, 2, 3, 4], new RunReader(Run).Metrics().Select(row => row.Epoch));
        Assert.Null(new RunReader(Run).Records().Damage);
        Assert.True(File.Exists(Run.MetricsFile + ".damaged"));
    }

    [Fact]
    public void Records_of_the_first_version_are_read_and_continued_without_checksums()
    {
        TrainHalf();
        File.WriteAllText(Run.MetricsFile, string.Concat(File.ReadLines(Run.MetricsFile).Select(line => string.Join(',', line.Split(',')[..9]) + "\n")));
        Assert.Equal(MetricsRow.Header, File.ReadLines(Run.MetricsFile).First());
        using (var plan = TinyTraining.Resume(_folder))
            Trainer.Run(plan);

        Assert.Equal([1, 2, 3, 4], new RunReader(Run).Metrics().Select(row => row.Epoch));
        Assert.All(File.ReadLines(Run.MetricsFile), line => Assert.Equal(8, line.Count(letter => letter == ',')));
    }

    [Fact]
    public void A_log_that_somebody_shortened_goes_on_after_what_is_left()
    {
        var path = _folder.In("log");
        using var file = new AppendOnlyFile(path);
        file.Append("first");
        file.Append("second");
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            other.SetLength("first\nsec".Length);
        file.Append("third");
        Assert.Equal("first\nthird\n", File.ReadAllText(path));
    }

    private void TrainHalf()
    {
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration("training.epochs=4"));
        using var stop = new StopAtStep(9);
        Trainer.Run(plan, stop, stop.Token);
    }

    private static void Damage(string path, string after, int offsetInNextLine)
    {
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(after));
        at += bytes.AsSpan(at).IndexOf((byte)'\n') + 1 + offsetInNextLine;
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
