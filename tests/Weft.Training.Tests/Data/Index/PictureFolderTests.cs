namespace Weft.Training.Tests;

public sealed class PictureFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_for_each_class_in_the_order_of_ordinal_names()
    {
        Put("b/2.png", "B/1.JPG", "a/deep/er/3.webp", "a/1.jpeg");
        var error = Assert.Throws<WeftException>(() => PictureFolder.Read(_folder.Path));
        Assert.Equal("two folders are one class: \"B\", \"b\"", error.What);
        Directory.Move(_folder.In("B"), _folder.In("C"));
        var index = PictureFolder.Read(_folder.Path);
        Assert.Equal(
            ["C/1.JPG C None", "a/1.jpeg a None", "a/deep/er/3.webp a None", "b/2.png b None"],
            index.Pictures.Select(picture => $"{picture.Path} {picture.Label} {picture.Part}"));
        Assert.Equal("3 classes, a folder each", index.Layout);
        Assert.True(PictureFolder.Recognizes(_folder.Path));
    }

    [Theory]
    [InlineData("train", "val", "test")]
    [InlineData("Training", "VALIDATION", "testing")]
    [InlineData("train", "valid", "test")]
    [InlineData("train", "dev", "test")]
    public void Parts_are_told_by_their_names_before_classes(string train, string validation, string test)
    {
        Put($"{train}/cat/1.png", $"{train}/dog/2.png", $"{validation}/cat/3.png", $"{test}/dog/4.png", $"{train}/README.txt");
        var index = PictureFolder.Read(_folder.Path);
        Assert.Equal(
            ["cat Train", "cat Validation", "dog Test", "dog Train"],
            index.Pictures.Select(picture => $"{picture.Label} {picture.Part}").Order(StringComparer.Ordinal));
        Assert.Equal(2, index.Pictures.Select(picture => picture.Label).Distinct().Count());
        Assert.Equal($"{train}/README.txt", Assert.Single(index.Skipped).Path);
    }

    [Fact]
    public void A_class_may_be_called_train_where_there_is_no_other_part()
    {
        Put("train/1.png", "bus/2.png", "tram/3.png");
        Assert.Equal(["bus", "train", "tram"], PictureFolder.Read(_folder.Path).Pictures.Select(picture => picture.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Hidden_and_system_files_are_left_out_and_named()
    {
        Put("a/1.png", "b/2.png", "b/_a name.png", "b/notes.txt", "readme.md");
        Put("a/.hidden.png", "a/Thumbs.db", ".ipynb/x.png", "__MACOSX/b/2.png", "_old/3.png");
        var index = PictureFolder.Read(_folder.Path);
        Assert.Equal(["a/1.png", "b/2.png", "b/_a name.png"], index.Pictures.Select(picture => picture.Path));
        Assert.Equal(
            [".ipynb", "__MACOSX", "_old", "a/.hidden.png", "a/Thumbs.db", "b/notes.txt", "readme.md"],
            index.Skipped.Select(skipped => skipped.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Pictures_next_to_the_classes_are_an_error_that_names_ten()
    {
        Put([.. Enumerable.Range(10, 12).Select(i => $"{i}.png"), "a/1.png", "b/2.png"]);
        var error = Assert.Throws<WeftException>(() => PictureFolder.Read(_folder.Path));
        Assert.Equal("12 pictures lie next to the folders of the classes, in none of them", error.What);
        Assert.Equal("10.png, 11.png, 12.png, 13.png, 14.png, 15.png, 16.png, 17.png, 18.png, 19.png, …", error.Found);
    }

    [Fact]
    public void A_folder_without_a_picture_is_no_class_and_that_is_said()
    {
        Put("a/1.png", "b/2.png");
        Directory.CreateDirectory(_folder.In("empty"));
        Assert.Equal("no picture in empty: this is no class", Assert.Single(PictureFolder.Read(_folder.Path).Notes));
    }

    [Fact]
    public void A_link_that_leads_back_up_ends()
    {
        if (OperatingSystem.IsWindows())
            return; // links need a privilege there
        Put("a/1.png", "b/2.png");
        Directory.CreateSymbolicLink(_folder.In("a", "again"), _folder.In("a"));
        var index = PictureFolder.Read(_folder.Path);
        Assert.Equal(2, index.Pictures.Count);
        Assert.Equal("a/again", Assert.Single(index.Skipped).Path);
    }

    private void Put(params string[] paths)
    {
        foreach (var path in paths)
        {
            var file = _folder.In(path.Split('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, [1, 2, 3]);
        }
    }
}
