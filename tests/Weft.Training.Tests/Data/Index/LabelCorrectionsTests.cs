using System.Text;

namespace Weft.Training.Tests;

public sealed class LabelCorrectionsTests : IDisposable
{
    private const string Header = "path,sha256,from,to,reason,by,date\n";

    private readonly TemporaryFolder _folder = new();

    private string Photos => _folder.In("photos");

    private string Corrections => _folder.In("labels.corrections.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_are_corrected_and_pictures_left_out_and_the_files_stay()
    {
        Put("cat", 1, 2, 3, 4);
        Put("dog", 5, 6, 7, 8);
        var before = Open(null);
        File.WriteAllText(Corrections, Header + "cat/2.png,,cat,dog,wrong,me,2026-11-28\ndog/6.png,,dog,,blurred,,\ndog/7.png,,dog,?,,,\n");
        var data = Open(Corrections);
        Assert.Equal([0, 1, 0, 0, 1, 1, 1, 1], data.Train.Labels.ToArray());
        Assert.Equal([5, 6], data.Train.LeftOut.Order());
        Assert.Equal([0, 1, 2, 3, 4, 7], data.Train.Used);
        Assert.Contains("labels.corrections.csv: 1 label corrected, 2 pictures left out", data.Notes);
        Assert.NotEqual(before.Fingerprint, data.Fingerprint);
        Assert.Equal(before.Fingerprint, data.Uncorrected!.Fingerprint);
        Assert.Equal(8, Directory.GetFiles(Photos, "*.png", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void A_picture_is_found_by_its_content_wherever_it_lies_now()
    {
        Put("cat", 1, 2, 3);
        Put("dog", 4, 5, 6);
        var hash = Open(null).Train.Origins!.Hashes.Value[1];
        File.WriteAllText(Corrections, Header + $"elsewhere/x.png,{hash.ToUpperInvariant()},cat,dog,,,\n");
        File.Move(Path.Combine(Photos, "cat", "2.png"), Path.Combine(Photos, "cat", "renamed.png"));
        var data = Open(Corrections);
        Assert.Equal("cat/renamed.png", data.Paths![2]);
        Assert.Equal([0, 0, 1, 1, 1, 1], data.Train.Labels.ToArray());
    }

    [Fact]
    public void Rows_that_no_longer_fit_change_nothing_and_are_counted()
    {
        Put("cat", 1, 2, 3);
        Put("dog", 4, 5, 6);
        var before = Open(null);
        File.WriteAllText(Corrections, Header + "cat/1.png,,dog,cat,,,\ncat/9.png,,cat,dog,,,\ncat/2.png,,cat,cat,looked at,,\n");
        var data = Open(Corrections);
        Assert.Equal(before.Fingerprint, data.Fingerprint);
        Assert.Contains("labels.corrections.csv: 1 row names another class than the picture has (already corrected?)", data.Notes);
        Assert.Contains("labels.corrections.csv: 1 row is about no picture of the training files", data.Notes);
    }

    [Fact]
    public void Each_row_follows_the_rows_before()
    {
        Put("cat", 1, 2, 3);
        Put("dog", 4, 5, 6);
        Put("fox", 7, 8, 9);
        File.WriteAllText(Corrections, Header + "cat/1.png,,cat,dog,,,\ncat/1.png,,dog,fox,,,\ncat/2.png,,cat,,,,\ncat/2.png,,cat,cat,,,\n"
            + "cat/3.png,,cat,dog,,,\ncat/3.png,,cat,cat,,,\n");
        var data = Open(Corrections);
        Assert.Equal([2, 0, 0, 1, 1, 1, 2, 2, 2], data.Train.Labels.ToArray());
        Assert.Empty(data.Train.LeftOut);
    }

    [Fact]
    public void A_correction_moves_no_picture_to_the_other_part()
    {
        Put("cat", [.. Enumerable.Range(0, 40)]);
        Put("dog", [.. Enumerable.Range(100, 40)]);
        var before = DatasetSplit.Of(Open(null), seed: 3);
        var (changed, left) = (before.Train[0], before.Validation[0]);
        var paths = Open(null).Paths!;
        File.WriteAllText(Corrections, Header + $"{paths[changed]},,{paths[changed].Split('/')[0]},dog,,,\n{paths[left]},,{paths[left].Split('/')[0]},?,,,\n");
        var after = DatasetSplit.Of(Open(Corrections), seed: 3);
        Assert.Equal(before.Train, after.Train);
        Assert.Equal(before.Validation.Skip(1), after.Validation);
    }

    [Fact]
    public void Arrays_are_corrected_by_their_numbers_and_the_test_part_with_them()
    {
        var data = TinyTraining.Dataset(count: 40);
        var corrections = LabelCorrections.Parse(Encoding.UTF8.GetBytes(
            Header + "3,,class 3,class 0,,,\n4,,class 0,,,,\ntest/1,,class 1,?,,,\ntest/2,,class 2,class 3,,,\n"), "c.csv");
        var corrected = corrections.Apply(data);
        Assert.Equal((0, 4), (corrected.Train.Label(3), Assert.Single(corrected.Train.LeftOut)));
        var test = corrected.LoadTest();
        Assert.Equal((3, 1, 63), (test.Label(2), Assert.Single(test.LeftOut), test.Used.Length));
        Assert.Contains("c.csv: 2 rows are about no picture of the training files (perhaps about test pictures)", corrected.Notes);
        var byHash = SampleOrigins.OfPixels(data.Train, "").Hashes.Value[7];
        Assert.Equal(1, LabelCorrections.Parse(Encoding.UTF8.GetBytes(Header + $",{byHash},class 3,class 1,,,\n"), "c.csv").Apply(data).Train.Label(7));
    }

    [Theory]
    [InlineData("path,from\ncat/1.png,cat\n", "line 1: there is no column \"to\"")]
    [InlineData("path,from,to\ncat/1.png,cat\n", "row 1: 2 fields under a header of 3")]
    [InlineData("path,from,to\n\"cat/1.png,cat,dog\n", "line 2: a quotation mark has no end")]
    [InlineData("path,from,to\ncat/1.png,cat,\u00e9", "bytes that are no text in UTF-8")]
    public void What_is_no_table_of_corrections_is_told(string text, string found)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var error = Assert.Throws<WeftException>(() => LabelCorrections.Parse(bytes, "c.csv"));
        Assert.Equal((ErrorKind.InvalidInput, found), (error.Kind, error.Found));
    }

    [Fact]
    public void A_class_that_the_data_do_not_have_is_told_with_those_they_have()
    {
        Put("cat", 1, 2);
        Put("dog", 3, 4);
        File.WriteAllText(Corrections, Header + "cat/1.png,,cat,dgo,,,\n");
        var error = Assert.Throws<WeftException>(() => Open(Corrections));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("cat, dog;", error.Expected);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Open(_folder.In("absent.csv"))).Kind);
    }

    [Fact]
    public void Rows_that_are_added_are_read_again()
    {
        File.WriteAllText(Corrections, "from,to,note,path\na,b,,x"); // columns of a person's own, and the last line has no end
        LabelCorrections.Append(Corrections, new LabelCorrection("y", "", "a", "?"));
        Assert.Equal([new LabelCorrection("x", "", "a", "b"), new LabelCorrection("y", "", "a", "?")], LabelCorrections.Read(Corrections).Rows);
        Assert.Equal("from,to,note,path\na,b,,x\na,?,,y\n", File.ReadAllText(Corrections));
        var quoted = new LabelCorrection("a,\"b\"\n.png", "ab12", "c", "") { Reason = "é", By = "me", Date = "2026-11-28" };
        LabelCorrections.Append(_folder.In("new", "c.csv"), quoted);
        LabelCorrections.Append(_folder.In("new", "c.csv"), quoted with { To = "?" });
        Assert.Equal([quoted, quoted with { To = "?" }], LabelCorrections.Read(_folder.In("new", "c.csv")).Rows);
    }

    [Fact]
    public void A_run_remembers_its_corrections_whatever_becomes_of_the_file()
    {
        var labels = TinyTraining.Dataset().Train.Labels.ToArray();
        File.WriteAllText(Corrections, Header + $"0,,class {labels[0]},class 3,,,\n1,,class {labels[1]},,,,\n");
        var configuration = TinyTraining.Configuration($"data.corrections={Corrections}");
        ImageDataset Opened(DataConfiguration data) => data.ToOptions().Corrected(TinyTraining.Dataset())!;
        using (var session = TrainingSession.Begin(
            configuration, Opened(configuration.Value.Data), new NewRun { Store = new RunStore(_folder.In("runs")), Name = "run", CommandLine = ["weft"] }))
        {
            Assert.DoesNotContain(1, session.Data.Split.Train.Concat(session.Data.Split.Validation));
            Trainer.Run(session);
        }

        File.AppendAllText(Corrections, "2,,class 2,class 1,,,\n");
        var checkpoint = new RunStore(_folder.In("runs")).FindCheckpoint("run");
        Assert.Equal("corrections.csv", File.ReadLines(checkpoint.Run.ConfigurationFile).Single(line => line.Contains("corrections:")).Split(' ')[3]);
        using var evaluation = new RunEvaluation(checkpoint, Opened, threads: 1);
        var own = evaluation.Validation();
        evaluation.Correct(Corrections);
        Assert.Equal(own.Predictions.Indices.ToArray(), evaluation.Validation().Predictions.Indices.ToArray());
        Assert.Equal(ErrorKind.DatasetMismatch, Assert.Throws<WeftException>(() => new RunEvaluation(checkpoint, _ => TinyTraining.Dataset(), 1)).Kind);
    }

    private ImageDataset Open(string? corrections) => ImageDataset.Open(Photos, new DataOptions
    {
        Picture = new PictureOptions { Side = 16 }, CacheFolder = _folder.In("cache"), NearDuplicates = false, Corrections = corrections,
    });

    private void Put(string label, params int[] seeds)
    {
        foreach (var seed in seeds)
            PictureBytes.Write(Path.Combine(Photos, label, $"{seed}.png"), seed);
    }
}
