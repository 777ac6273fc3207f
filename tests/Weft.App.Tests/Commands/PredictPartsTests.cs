using System.IO.Compression;
using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

public sealed class PredictPartsTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();
    private readonly TempFolder _pictures = new();

    public PredictPartsTests()
    {
        var (code, screen) = FakeScreen.Run("train", "--data", _data.Folder, "--epochs", "1", "--runs", _runs.Path, "--set", "training.batch_size=16",
            "--set", "model.width=0.25");
        Assert.True(code == 0, screen.Error);
        for (var i = 0; i < 90; i++)
            File.WriteAllBytes(_pictures.At($"{i * 37 % 90:00}, \"{i % 3}\".pgm"), [.. "P5\n12 12\n255\n"u8, .. Pixels(i)]);
        var images = File.ReadAllBytes(Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"));
        File.WriteAllBytes(_pictures.At("45-idx3-ubyte"), images);
        File.WriteAllBytes(_pictures.At("46-idx3-ubyte.gz"), Gzip(images));
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _runs.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData(1, "table.csv")]
    [InlineData(7, "table.csv")]
    [InlineData(7, "table.jsonl")]
    [InlineData(100, "table.csv")]
    [InlineData(400, "table.jsonl")]
    public void Parts_put_together_are_the_bytes_of_the_table_that_was_written_at_once(int parts, string table)
    {
        var whole = Whole(table);
        for (var part = parts; part >= 1; part--)
            Assert.Equal(0, Part(part, parts).Code);
        File.WriteAllText(_runs.At("parts/.part-1-of-7.jsonl.0123.tmp"), "{\"part\":"); // what a killed process leaves
        Assert.Equal(0, Part(1, parts).Code); // twice is harmless
        var (code, screen) = Merge(table);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(whole, File.ReadAllText(_runs.At(table)));
    }

    [Fact]
    public void The_table_has_a_row_a_picture_in_the_order_of_the_names()
    {
        var images = EvaluationImages();
        var rows = Whole("table.csv").Split('\n');
        Assert.Equal("file,class,index,probability,p0,p1,p2", rows[0]);
        Assert.Equal(90 + 2 * images, rows.Length - 2);
        var names = Directory.GetFiles(_pictures.Path).Order(StringComparer.Ordinal).ToList();
        Assert.StartsWith($"\"{names[0].Replace("\"", "\"\"")}\",", rows[1]);
        var objects = Whole("table.jsonl").TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(names[0], objects[0].GetProperty("file").GetString());
        var (_, screen) = FakeScreen.Run("predict", "latest", _pictures.Path, "--runs", _runs.Path, "--json");
        using var printed = JsonDocument.Parse(screen.OutputLines[^1]);
        Assert.Equal(
            printed.RootElement.GetProperty("predictions").EnumerateArray().Select(entry => entry.GetRawText()), objects.Select(entry => entry.GetRawText()));
    }

    [Fact]
    public void Merging_names_what_is_missing_twice_there_cut_off_or_of_another_table()
    {
        for (var part = 1; part <= 12; part++)
            Assert.Equal(0, Part(part, 12).Code);
        var folder = _runs.At("parts");
        string Of(int part) => Path.Combine(folder, $"part-{part:00}-of-12.jsonl");

        var kept = File.ReadAllBytes(Of(5));
        File.Delete(Of(5));
        Refused("part 5 is missing", "--part 5/12");
        File.Delete(Of(7));
        File.Move(Of(8), folder + "/part-8.kept");
        Refused("3 parts are missing", "without 5, 7-8");
        Assert.Equal(0, Part(7, 12).Code);
        File.Move(folder + "/part-8.kept", Of(8));

        File.WriteAllBytes(Of(5), kept[..^30]);
        Refused("no whole part", Of(5));
        var wrong = kept.ToArray();
        wrong[wrong.AsSpan().IndexOf("\"probability\":0"u8) + 16] ^= 1;
        File.WriteAllBytes(Of(5), wrong);
        Refused("no whole part", "SHA-256");
        File.WriteAllText(Of(5), "part five\n");
        Refused("no whole part", Of(5));
        File.WriteAllBytes(Of(5), kept);

        File.Copy(Of(5), Path.Combine(folder, "copy.jsonl"));
        Refused("part 5 is there twice", "copy.jsonl");
        File.Delete(Path.Combine(folder, "copy.jsonl"));

        File.WriteAllBytes(_pictures.At("99.pgm"), [.. "P5\n12 12\n255\n"u8, .. Pixels(99)]);
        Assert.Equal(0, Part(5, 12).Code);
        Refused("its list of pictures differs", "part-05-of-12");
        File.WriteAllBytes(Of(5), kept);
        File.WriteAllText(Of(6), File.ReadAllText(Of(6)).Replace("\"numeric_profile\":\"cpu", "\"numeric_profile\":\"other", StringComparison.Ordinal));
        Refused("its numeric profile differs", "part-06-of-12");
        Assert.False(File.Exists(_runs.At("table.csv")));

        void Refused(params string[] texts)
        {
            var (code, screen) = Merge("table.csv");
            Assert.Equal(2, code);
            foreach (var text in texts)
                Assert.Contains(text, screen.Error);
            Assert.Empty(Directory.EnumerateFiles(_runs.Path, ".table*"));
        }
    }

    [Fact]
    public void Pictures_that_cannot_be_read_are_listed_and_skipped_where_that_is_asked_for()
    {
        File.WriteAllText(_pictures.At("30.pgm"), "no picture");
        File.WriteAllText(_pictures.At("60.pgm"), "no picture");
        Assert.Equal(2, Predict("--out", _runs.At("a.csv")).Code);
        var (code, screen) = Predict("--out", _runs.At("b.csv"), "--skip-unreadable", "--json");
        Assert.Equal(0, code);
        Assert.Equal(File.ReadAllText(_runs.At("a.csv")), File.ReadAllText(_runs.At("b.csv")));
        Assert.Contains("30.pgm  not predicted: this is no picture", screen.Error);
        using var json = JsonDocument.Parse(screen.OutputLines[^1]);
        Assert.Equal(["30.pgm", "60.pgm"], json.RootElement.GetProperty("failed").EnumerateArray()
            .Select(entry => Path.GetFileName(entry.GetProperty("file").GetString())));
        Assert.Equal(90 + 2 * EvaluationImages(), json.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(_runs.At("b.csv"), json.RootElement.GetProperty("out").GetString());

        for (var part = 1; part <= 3; part++)
            Assert.Contains(Part(part, 3).Code, new[] { 0, 2 });
        Assert.Equal(2, Merge("merged.csv").Code);
        var (merged, told) = Merge("merged.csv", "--skip-unreadable", "--json");
        Assert.Equal(0, merged);
        using var document = JsonDocument.Parse(told.OutputLines[^1]);
        Assert.Equal(2, document.RootElement.GetProperty("failed").GetArrayLength());
        Assert.Equal(json.RootElement.GetProperty("count").GetInt32(), document.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(File.ReadAllText(_runs.At("a.csv")), File.ReadAllText(_runs.At("merged.csv")));
    }

    [Fact]
    public void A_list_names_a_picture_a_line_and_keeps_its_order()
    {
        var names = Directory.GetFiles(_pictures.Path, "*.pgm").OrderDescending(StringComparer.Ordinal).ToList();
        File.WriteAllLines(_runs.At("list.txt"), names);
        var (code, screen) = FakeScreen.Run("predict", "latest", "@" + _runs.At("list.txt"), "--runs", _runs.Path, "--out", _runs.At("t.jsonl"));
        Assert.True(code == 0, screen.Error);
        Assert.Equal(names, File.ReadLines(_runs.At("t.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("file").GetString()));
        Assert.Equal(2, FakeScreen.Run("predict", "latest", "@nowhere.txt", "--runs", _runs.Path).Code);
        File.WriteAllText(_runs.At("list.txt"), "");
        Assert.Contains("names no picture", FakeScreen.Run("predict", "latest", "@" + _runs.At("list.txt"), "--runs", _runs.Path).Screen.Error);
    }

    [Theory]
    [InlineData("--out", "table.txt")]
    [InlineData("--part", "1/2")]
    [InlineData("--part", "0/2", "--out", "parts")]
    [InlineData("--part", "3/2", "--out", "parts")]
    [InlineData("--part", "half", "--out", "parts")]
    [InlineData("-", "--part", "1/2", "--out", "parts")]
    public void What_no_table_or_part_can_be_is_refused_before_anything_is_predicted(params string[] options)
    {
        Assert.Equal(2, Predict(options).Code);
        Assert.False(Directory.Exists("parts"));
    }

    private string Whole(string table)
    {
        var (code, screen) = Predict("--out", _runs.At("whole-" + table));
        Assert.True(code == 0, screen.Error);
        return File.ReadAllText(_runs.At("whole-" + table));
    }

    private int EvaluationImages() => new PictureList([Path.Combine(_data.Folder, "t10k-images-idx3-ubyte")]).Count is var count and > 1 ? (int)count
        : throw new InvalidOperationException("the file holds many images");

    private (int Code, FakeScreen Screen) Predict(params string[] options) =>
        FakeScreen.Run(["predict", "latest", _pictures.Path, "--runs", _runs.Path, .. options]);

    private (int Code, FakeScreen Screen) Part(int part, int parts) => Predict("--part", $"{part}/{parts}", "--out", _runs.At("parts"));

    private (int Code, FakeScreen Screen) Merge(string table, params string[] options) =>
        FakeScreen.Run(["predict", "merge", _runs.At("parts"), "--out", _runs.At(table), .. options]);

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Pixels(int seed) => [.. Enumerable.Range(0, 144).Select(i => (byte)(i * (seed + 3) * 7))];
}
