namespace Weft.Training.Tests;

public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("labels.csv", "path,label,split,group\na/1.png,cat,train,p1\n\"b\\2.png\",\"big, dog\",Validation,\n../3.png,cat,test,p2\n")]
    [InlineData("labels.csv", "\uFEFFGROUP;Category;split;file_name\r\np1;cat;train;a/1.png\r\n;big, dog;val;b/2.png\r\np2;cat;testing;../3.png\r\n")]
    [InlineData("labels.tsv", "image\ttarget\tsplit\tpatient\na/1.png\tcat\t0\tp1\nb/2.png\tbig, dog\t1\t\n../3.png\tcat\t2\tp2")]
    [InlineData("labels.jsonl", """
        {"file_name": "a/1.png", "label": "cat", "split": "train", "video": "p1", "size": {"x": 1}}
        {"label": "big, dog", "split": "dev", "file_name": "b/2.png"}

        {"split": "test", "file_name": "../3.png", "label": "cat", "video": "p2"}
        """)]
    public void A_table_lists_paths_labels_parts_and_groups(string name, string text)
    {
        File.WriteAllText(_folder.In(name), text);
        var index = Read(name);
        Assert.Equal(
            ["a/1.png|cat|Train|p1", "b/2.png|big, dog|Validation|", "../3.png|cat|Test|p2"],
            index.Pictures.Select(picture => $"{picture.Path}|{picture.Label}|{picture.Part}|{picture.Group}"));
        Assert.Equal($"3 pictures of 2 classes, listed in {name}", index.Layout);
        Assert.Equal(_folder.In(name), index.Folder);
    }

    [Fact]
    public void Whole_numbers_are_named_by_a_list_next_to_the_table()
    {
        File.WriteAllText(_folder.In("labels.csv"), "path,label\n1.png,1\n2.png,0\n3.png,\n");
        Assert.Equal(["1", "0"], Read("labels.csv").Pictures.Select(picture => picture.Label));
        File.WriteAllText(_folder.In("classes.txt"), "cat\ndog\n");
        var index = Read("labels.csv");
        Assert.Equal(["dog", "cat"], index.Pictures.Select(picture => picture.Label));
        Assert.Equal(new SkippedPath("3.png", "no label"), Assert.Single(index.Skipped));
        File.WriteAllText(_folder.In("labels.csv"), "path,label\n1.png,1\n2.png,2\n");
        Assert.Equal("labels.csv has a label that is no class", Assert.Throws<WeftException>(() => Read("labels.csv")).What);
        File.WriteAllText(_folder.In("labels.csv"), "path,label\n1.png,1\n2.png,bird\n");
        Assert.Equal(["1", "bird"], Read("labels.csv").Pictures.Select(picture => picture.Label));
    }

    [Theory]
    [InlineData("a.csv", "name,label\n1,2\n", ErrorKind.InvalidInput, "a.csv has no column for the path")]
    [InlineData("a.csv", "path,text\n1,2\n", ErrorKind.InvalidInput, "a.csv has no column for the label")]
    [InlineData("a.csv", "label,pixel0,pixel1\n1,2,3\n", ErrorKind.InvalidInput, "a.csv has no column for the path")]
    [InlineData("a.csv", "path,label,weight\n1,2,3\n", ErrorKind.InvalidInput, "a.csv has weights, which are not read")]
    [InlineData("a.csv", "path,label\n", ErrorKind.DatasetDamaged, "a.csv lists no picture")]
    [InlineData("a.csv", "", ErrorKind.DatasetDamaged, "a.csv lists no picture")]
    [InlineData("a.csv", "path,label\n\"1,2\n", ErrorKind.DatasetDamaged, "a.csv is not a table")]
    [InlineData("a.csv", "path,label\n1\n", ErrorKind.InvalidInput, "a.csv has a mistake")]
    [InlineData("a.csv", "path,label\n ,2\na\0b,2\n", ErrorKind.InvalidInput, "a.csv has 2 mistakes")]
    [InlineData("a.csv", "path,label,split\na,2,holdout\n", ErrorKind.InvalidInput, "a.csv has a mistake")]
    [InlineData("a.csv", "path,label,split\na,2,0\nb,3,train\n", ErrorKind.InvalidInput, "a.csv has a mistake")]
    [InlineData("a.jsonl", "{\"path\": \"a\", \"label\": 1}\n[1]\n", ErrorKind.DatasetDamaged, "a.jsonl is not a table")]
    [InlineData("a.jsonl", "{\"path\": \"a\", \"label\": 1}\n{\"path\"\n", ErrorKind.DatasetDamaged, "a.jsonl is not a table")]
    [InlineData("a.jsonl", "{\"path\": \"\\ud800\", \"label\": 1}\n{}\n", ErrorKind.DatasetDamaged, "a.jsonl is not a table")]
    public void A_table_that_lists_no_pictures_is_told_why(string name, string text, ErrorKind kind, string what)
    {
        File.WriteAllText(_folder.In(name), text);
        var error = Assert.Throws<WeftException>(() => Read(name));
        Assert.Equal((kind, what), (error.Kind, error.What));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_damage()
    {
        File.WriteAllBytes(_folder.In("a.csv"), [.. "path,label\n"u8, 0xFF, 0xFE, .. ",1\n"u8]);
        Assert.Equal("a.csv is not text", Assert.Throws<WeftException>(() => Read("a.csv")).What);
    }

    [Fact]
    public void A_folder_is_read_by_the_table_that_lies_next_to_its_pictures()
    {
        Put("cats/1.png", seed: 1);
        Put("cats/2.png", seed: 2);
        Put("other/3.png", seed: 3);
        Assert.Equal(["cats", "other"], Open().ClassNames);
        File.WriteAllText(_folder.In("metadata.csv"), "file_name,text\ncats/1.png,a caption\n");
        Assert.Equal(["cats", "other"], Open().ClassNames);
        File.WriteAllText(_folder.In("metadata.csv"), "file_name,label\ncats/1.png,x\ncats/2.png,y\nother/3.png,y\n");
        var data = Open();
        Assert.Equal(["x", "y"], data.ClassNames);
        Assert.Equal(["cats/1.png", "cats/2.png", "other/3.png"], data.Paths!);
        Assert.Equal("3 pictures of 2 classes, listed in metadata.csv", data.Notes[0]);
        Assert.Equal(_folder.Path, data.Folder);
    }

    [Theory]
    [InlineData("train.csv", "test.csv")]
    [InlineData("train/metadata.jsonl", "test/metadata.jsonl")]
    public void A_table_for_each_part(string train, string test)
    {
        Put(Path.Combine(Path.GetDirectoryName(train)!, "1.png"), seed: 1);
        Put(Path.Combine(Path.GetDirectoryName(train)!, "2.png"), seed: 2);
        Put(Path.Combine(Path.GetDirectoryName(test)!, "3.png"), seed: 3);
        var isJson = train.EndsWith(".jsonl", StringComparison.Ordinal);
        string Text(params (string Path, string Label)[] rows) => isJson
            ? string.Concat(rows.Select(row => $"{{\"file_name\": \"{row.Path}\", \"label\": \"{row.Label}\"}}\n"))
            : "file_name,label\n" + string.Concat(rows.Select(row => $"{row.Path},{row.Label}\n"));
        File.WriteAllText(_folder.In(train), Text(("1.png", "a"), ("2.png", "b")));
        File.WriteAllText(_folder.In(test), Text(("3.png", "b"), ("3.png", "b")));
        var data = Open();
        Assert.Equal((2, 1), (data.Train.Count, data.LoadTest().Count));
    }

    [Fact]
    public void A_row_without_its_file_is_listed_like_a_picture_that_cannot_be_read()
    {
        for (var i = 0; i < 30; i++)
            Put($"{i}.png", seed: i);
        File.WriteAllText(
            _folder.In("labels.csv"), "path,label\n" + string.Concat(Enumerable.Range(0, 31).Select(i => $"{i}.png,{(i % 2 == 0 ? "even" : "odd")}\n")));
        var error = Assert.Throws<WeftException>(() => Open());
        Assert.Equal(("1 of 31 pictures cannot be read", "30.png"), (error.What, error.Where));
        Assert.Equal(30, Open(skip: true).Train.Count);
    }

    private DatasetIndex Read(string name) => Manifest.Read([(_folder.In(name), GivenPart.None)], _folder.In(name));

    private ImageDataset Open(bool skip = false) => ImageDataset.Open(
        _folder.Path, new DataOptions { Picture = new PictureOptions { Side = 16, Cache = false, SkipUnreadable = skip } },
        TestContext.Current.CancellationToken);

    private void Put(string path, int seed) => PictureBytes.Write(_folder.In(path), seed);
}
