using System.Text.RegularExpressions;

namespace Weft.Training.Tests;

public sealed class PictureDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Photos => _folder.In("photos");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_of_a_folder_are_samples_with_the_labels_of_their_folders()
    {
        Put("dog/1.png", seed: 1);
        Put("cat/2.png", seed: 2);
        Put("cat/3.png", seed: 3, width: 30, height: 20);
        var data = Open();
        Assert.Equal(["cat", "dog"], data.ClassNames);
        Assert.Equal(["cat/2.png", "cat/3.png", "dog/1.png"], data.Paths!);
        Assert.Equal([0, 0, 1], data.Train.Labels.ToArray());
        Assert.Equal(new FeatureShape(16, 16, 3), data.Train.Shape);
        Assert.Contains("every picture becomes 16 × 16, colour, crop", data.Notes);
        Assert.Null(data.Groups);
        Assert.False(data.HasTest);
        Assert.Equal("these pictures have no test part", Assert.Throws<WeftException>(() => data.LoadTest()).What);
    }

    [Fact]
    public void The_cache_and_the_number_of_threads_change_no_bit()
    {
        for (var i = 0; i < 23; i++)
            Put($"{(i % 2 == 0 ? "a" : "b")}/{i}.png", seed: i, width: 20 + i, height: 31);
        var plain = Open(cache: false, threads: 1);
        foreach (var (cache, threads) in new[] { (true, 3), (true, 1), (false, 4), (true, 2) })
        {
            var other = Open(cache, threads);
            Assert.Equal(plain.Fingerprint, other.Fingerprint);
            for (var i = 0; i < plain.Train.Count; i++)
                Assert.Equal(plain.Train.Image(i), other.Train.Image(i));
        }

        Assert.Equal(2, Directory.GetFiles(_folder.In("cache", "pictures"), "*.weftpix").Length); // those that are compared are in the second
    }

    [Fact]
    public void A_damaged_cache_or_memory_is_made_anew_or_named()
    {
        Put("a/1.png", seed: 1);
        Put("b/2.png", seed: 2);
        var pixels = Open().Train.Image(1).ToArray();
        var memory = Assert.Single(Directory.GetFiles(_folder.In("cache", "pictures"), "*.scan.json"));
        File.WriteAllText(memory, "{\"x\":{\"sha256\":\"no\"}}");
        foreach (var cache in Directory.GetFiles(_folder.In("cache", "pictures"), "*.weftpix"))
            File.WriteAllBytes(cache, File.ReadAllBytes(cache)[..100]);
        Assert.Equal(pixels, Open().Train.Image(1));
    }

    [Fact]
    public void Another_picture_another_label_or_another_policy_is_other_data()
    {
        Put("a/1.png", seed: 1);
        Put("b/2.png", seed: 2);
        var before = Open().Fingerprint;
        Assert.Equal(before, Open().Fingerprint);
        Assert.NotEqual(before, Open(side: 17).Fingerprint);
        Put("b/2.png", seed: 3);
        Assert.NotEqual(before, Open().Fingerprint);
        Put("b/2.png", seed: 2);
        Assert.Equal(before, Open().Fingerprint);
        Directory.Move(Path.Combine(Photos, "b"), Path.Combine(Photos, "c"));
        Assert.NotEqual(before, Open().Fingerprint);
    }

    [Fact]
    public void Copies_count_once_and_contradictions_not_at_all()
    {
        Put("a/1.png", seed: 1);
        Put("a/again.png", seed: 1);
        Put("b/2.png", seed: 2);
        Put("b/3.png", seed: 3);
        Put("a/3.png", seed: 3);
        var data = Open();
        Assert.Equal(["a/1.png", "b/2.png"], data.Paths!);
        Assert.Contains("1 copy (the same bytes, the same class): each picture counts once", data.Notes);
        Assert.Contains("2 pictures lie with the same bytes in two classes or more and were left out", data.Notes);
    }

    [Fact]
    public void Parts_that_were_given_stay_and_copies_across_them_are_said()
    {
        Put("train/a/1.png", seed: 1);
        Put("train/b/2.png", seed: 2);
        Put("val/a/3.png", seed: 3);
        Put("val/b/2.png", seed: 2);
        Put("test/b/5.png", seed: 5);
        var data = Open();
        Assert.Equal(["train/a/1.png", "train/b/2.png", "val/a/3.png", "val/b/2.png"], data.Paths!);
        Assert.Equal([2, 3], DatasetSplit.Of(data, seed: 0).Validation);
        Assert.Equal(1, data.LoadTest().Label(0));
        Assert.Contains(data.Notes, note => note.StartsWith("1 picture of another part is also in training (the same bytes)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_class_that_training_lacks_is_an_error_that_counts()
    {
        Put("train/a/1.png", seed: 1);
        Put("train/b/2.png", seed: 2);
        Put("test/birch/3.png", seed: 3);
        var error = Assert.Throws<WeftException>(() => Open());
        Assert.Equal("the test part has a class that training lacks: \"birch\"", error.What);
        Assert.Equal("1 picture", error.Found);
    }

    [Fact]
    public void One_class_is_nothing_to_tell_apart()
    {
        Put("a/1.png", seed: 1);
        Assert.Equal("one class: a", Assert.Throws<WeftException>(() => Open()).Found);
    }

    [Fact]
    public void What_cannot_be_read_is_listed_before_anything_is_trained()
    {
        for (var i = 0; i < 40; i++)
            Put($"{(i % 2 == 0 ? "a" : "b")}/{i}.png", seed: i);
        var web = Path.Combine(Photos, "a", "web.jpg");
        File.WriteAllText(web, "<!DOCTYPE html><html></html>");
        var error = Assert.Throws<WeftException>(() => Open());
        Assert.Equal((ErrorKind.DatasetDamaged, "1 of 41 pictures cannot be read", "a/web.jpg"), (error.Kind, error.What, error.Where));
        Assert.IsType<LeaveOutUnreadable>(error.Next);
        Assert.Equal(40, Open(skip: true).Train.Count);
        for (var i = 0; i < 3; i++)
            File.WriteAllBytes(Path.Combine(Photos, "b", $"empty{i}.png"), []);
        Assert.Equal(4, Assert.Throws<WeftException>(() => Open(skip: true)).Problems.Count); // one in eleven is no accident
    }

    /// <summary>Their headers are sound: only who decodes them learns it, and all of them are named at once, with copies and a test part.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void Pictures_that_are_cut_or_damaged_past_their_header_are_unreadable_like_others(bool cache)
    {
        for (var i = 0; i < 120; i++)
            Put($"{(i % 4 == 3 ? "test" : "train")}/{(i % 2 == 0 ? "a" : "b")}/{i}.png", seed: i);
        foreach (var (path, seed) in new[] { ("train/a/cut.png", 200), ("train/a/cut again.png", 200), ("test/b/cut.png", 201) })
            File.WriteAllBytes(Path.Combine(Photos, path), PictureBytes.Png(seed)[..300]);
        var damaged = PictureBytes.Png(202);
        damaged[500] ^= 1;
        File.WriteAllBytes(Path.Combine(Photos, "train", "b", "damaged.png"), damaged);
        foreach (var _ in "12") // the second time it is remembered
        {
            var error = Assert.Throws<WeftException>(() => Open(cache));
            Assert.Equal((ErrorKind.DatasetDamaged, "3 of 124 pictures cannot be read"), (error.Kind, error.What));
            Assert.Equal(["train/a/cut again.png", "train/a/cut.png", "train/b/damaged.png"], error.Problems.Select(problem => problem.Where));
            Assert.IsType<LeaveOutUnreadable>(error.Next);
            var data = Open(cache, skip: true);
            Assert.Equal(90, data.Train.Count);
            Assert.Single(data.Notes, note => note.StartsWith("3 pictures cannot be read and were left out", StringComparison.Ordinal));
        }

        if (!cache)
            return;
        File.Delete(Path.Combine(Photos, "train", "a", "cut.png"));
        File.Delete(Path.Combine(Photos, "train", "a", "cut again.png"));
        File.Delete(Path.Combine(Photos, "train", "b", "damaged.png"));
        Assert.Equal(("1 of 121 pictures cannot be read", "test/b/cut.png"), Assert.Throws<WeftException>(() => Open().LoadTest()) is var test
            ? (test.What, test.Where) : default);
        Assert.Equal(30, Open(skip: true).LoadTest().Count);
        Assert.Empty(Directory.GetFiles(_folder.In("cache", "pictures"), "*.part"));
    }

    [Fact]
    public void Groups_come_from_a_pattern_and_from_versions_of_one_picture()
    {
        Put("a/x_1.png", seed: 1);
        Put("a/x_2.png", seed: 2);
        Put("b/y_1.png", seed: 3);
        Put("b/z_jpg.rf.1.png", seed: 4);
        Put("b/z_jpg.rf.2.png", seed: 5);
        Assert.Equal([0, 1, 2, 3, 3], Open().Groups!);
        Assert.Equal([0, 0, 1, 2, 2], Open(pattern: "(?<group>[xy])_").Groups!);
    }

    [Fact]
    public void An_all_grey_set_has_one_channel()
    {
        foreach (var (name, seed) in new[] { ("a/1.png", 1), ("b/2.png", 2) })
            Put(name, seed, channels: 1);
        Assert.Equal(new FeatureShape(16, 16, 1), Open().Shape);
    }

    [Fact]
    public void Long_pictures_are_padded_where_there_are_many()
    {
        for (var i = 0; i < 4; i++)
            Put($"{(i % 2 == 0 ? "a" : "b")}/{i}.png", seed: i, width: i == 0 ? 60 : 20, height: 20);
        Assert.Equal(Weft.Pictures.PictureFitting.Pad, Open().Pictures!.Fit);
    }

    private ImageDataset Open(bool cache = true, int threads = 2, int side = 16, bool skip = false, string? pattern = null) =>
        ImageDataset.Open(Photos, new DataOptions
        {
            CacheFolder = _folder.In("cache"), Threads = threads, GroupPattern = pattern is null ? null : new Regex(pattern),
            Picture = new PictureOptions { Side = side, Cache = cache, SkipUnreadable = skip },
        }, TestContext.Current.CancellationToken);

    private void Put(string path, int seed, int width = 24, int height = 24, int channels = 3) =>
        PictureBytes.Write(Path.Combine(Photos, path), seed, width, height, channels);
}
