using System.Globalization;
using System.Text.Json;

namespace Weft.App.Tests;

/// <summary>A trained network in files for others, and those files in place of runs.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _place = new();

    public ExportCommandTests() => Fit(FakeScreen.Run(
        "train", "--data", _data.Folder, "--runs", Runs, "--name", "a", "--epochs", "1", "--batch", "16", "--threads", "1",
        "--set", "data.validation_count=30"));

    private string Runs => _place.At("runs");

    private string Model => _place.At("a.safetensors");

    public void Dispose()
    {
        _data.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void A_whole_classifier_in_one_file_says_how_good_it_is_and_predicts_as_its_run()
    {
        var answer = Json("export", "a", "--runs", Runs, "--format", "safetensors", "--out", Model, "--threads", "1");
        Assert.Equal(("safetensors", "best", Model), (Text(answer, "format"), Text(answer, "checkpoint"), Text(answer, "file")));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Model))), Text(answer, "sha256"));
        var parity = answer.GetProperty("parity");
        Assert.Equal((30, 30), (parity.GetProperty("images").GetInt32(), parity.GetProperty("same_class").GetInt32()));
        Assert.Equal(0, parity.GetProperty("max_probability_difference").GetDouble());
        var images = Path.Combine(_data.Folder, "t10k-images-idx3-ubyte");
        Assert.Equal(
            Json("predict", "a", images, "--runs", Runs, "--threads", "1").GetProperty("predictions").GetRawText(),
            Json("predict", Model, images, "--threads", "1").GetProperty("predictions").GetRawText());
    }

    [Fact]
    public void A_model_s_file_is_exported_again_and_a_checkpoint_without_its_run_is_refused()
    {
        Fit(FakeScreen.Run("export", "a", "--runs", Runs, "--format", "safetensors", "--out", Model, "--threads", "1"));
        var again = Json("export", Model, "--format", "safetensors", "--out", _place.At("again.safetensors"), "--threads", "1");
        Assert.Equal(JsonValueKind.Null, again.GetProperty("run").ValueKind);
        Assert.Equal(16, again.GetProperty("parity").GetProperty("images").GetInt32());
        Assert.Equal(File.ReadAllBytes(Model), File.ReadAllBytes(_place.At("again.safetensors")));
        var (code, screen) = FakeScreen.Run(
            "export", Path.Combine(Runs, "a", "checkpoints", "best.safetensors"), "--format", "safetensors", "--out", _place.At("no"), "--threads", "1");
        Assert.Equal(2, code);
        Assert.Contains("weft export RUN", screen.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_place.At("no")));
    }

    [Fact]
    public void A_file_is_evaluated_and_analysed_as_the_run_that_it_becomes_once()
    {
        Fit(FakeScreen.Run("export", "a", "--runs", Runs, "--format", "safetensors", "--out", Model, "--threads", "1"));
        var (own, elsewhere) = (Json("eval", "a", "--runs", Runs, "--threads", "1"), _place.At("elsewhere"));
        var first = Json("eval", Model, "--runs", elsewhere, "--data", _data.Folder, "--threads", "1");
        foreach (var key in new[] { "accuracy", "loss", "count", "confusion" }.Where(key => own.TryGetProperty(key, out _)))
            Assert.Equal(own.GetProperty(key).GetRawText(), first.GetProperty(key).GetRawText());
        Directory.CreateDirectory(Path.Combine(elsewhere, "broken"));
        File.Copy(Path.Combine(elsewhere, "a", "run.json"), Path.Combine(elsewhere, "broken", "run.json"));
        File.WriteAllText(Path.Combine(elsewhere, "broken", "config.yaml"), "model: [");
        Fit(FakeScreen.Run("analyze", Model, "--runs", elsewhere, "--data", _data.Folder, "--threads", "1", "--cases", "2"));
        Fit(FakeScreen.Run("report", Model, "--runs", elsewhere, "--data", _data.Folder, "--threads", "1"));
        Assert.Equal(["a", "broken"], Directory.GetDirectories(elsewhere).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(Path.Combine(elsewhere, "a", "report.html")));
        Assert.Equal(
            File.ReadAllText(Path.Combine(Runs, "a", "eval", "validation", "predictions.csv")),
            File.ReadAllText(Path.Combine(elsewhere, "a", "eval", "validation", "predictions.csv")));
        using var other = new TinyData(train: 60);
        var (code, screen) = FakeScreen.Run("eval", Model, "--runs", _place.At("no"), "--data", other.Folder, "--threads", "1");
        Assert.Equal(13, code);
        Assert.Contains("not those that the network was trained on", screen.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.At("no")) && Directory.GetDirectories(_place.At("no")).Length > 0);
    }

    [Fact]
    public void A_folder_for_the_hub_has_a_card_whose_numbers_are_the_run_s_and_is_replaced_but_never_mixed_with_other_files()
    {
        Fit(FakeScreen.Run("eval", "a", "--runs", Runs, "--split", "test", "--threads", "1"));
        var folder = _place.At("hub");
        var answer = Json("export", "a", "--runs", Runs, "--format", "hub", "--out", folder, "--licence", "mit", "--threads", "1");
        Assert.Equal(Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length), answer.GetProperty("bytes").GetInt64());
        var parts = File.ReadAllText(Path.Combine(folder, "README.md")).Split("---\n", 3);
        var head = new YamlDotNet.Serialization.DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(parts[1]);
        Assert.Equal(("mit", "weft", "image-classification"), (head["license"], head["library_name"], head["pipeline_tag"]));
        var test = JsonDocument.Parse(File.ReadAllText(Path.Combine(Runs, "a", "eval", "test", "metrics.json"))).RootElement;
        var own = Json("eval", "a", "--runs", Runs, "--threads", "1");
        foreach (var accuracy in new[] { test, own }.Select(measured => measured.GetProperty("accuracy").GetDouble()))
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"value: {accuracy:0.####}\n"), parts[1], StringComparison.Ordinal);
        Assert.Contains("The test images were opened 1 time for this run.", parts[2], StringComparison.Ordinal);
        Assert.DoesNotContain(_place.Path, parts[2], StringComparison.Ordinal); // of the machine it says no folders
        var labels = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement.GetProperty("id2label");
        Assert.Equal(3, labels.EnumerateObject().Count());
        Fit(FakeScreen.Run("predict", Path.Combine(folder, "model.safetensors"), Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), "--threads", "1"));

        var card = File.ReadAllBytes(Path.Combine(folder, "README.md"));
        Fit(FakeScreen.Run("export", "a", "--runs", Runs, "--format", "hub", "--out", folder + "/", "--licence", "mit", "--threads", "1"));
        Assert.Equal(card, File.ReadAllBytes(Path.Combine(folder, "README.md")));
        File.WriteAllText(Path.Combine(folder, "mine.txt"), "x");
        Assert.Equal(2, FakeScreen.Run("export", "a", "--runs", Runs, "--format", "hub", "--out", folder, "--threads", "1").Code);
        Assert.Equal(6, Directory.GetFiles(folder).Length);
        Assert.Equal(["hub", "runs"], Directory.GetFileSystemEntries(_place.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void An_ONNX_file_computes_the_same_elsewhere_and_comes_back_as_it_was()
    {
        var file = _place.At("a.onnx");
        var answer = Json("export", "a", "--runs", Runs, "--format", "onnx", "--out", file, "--threads", "1", "--licence", "MIT");
        var parity = answer.GetProperty("parity");
        Assert.StartsWith("ONNX Runtime 1.", Text(parity, "runtime"), StringComparison.Ordinal);
        Assert.Equal((30, 30), (parity.GetProperty("images").GetInt32(), parity.GetProperty("same_class").GetInt32()));
        Assert.InRange(parity.GetProperty("max_probability_difference").GetDouble(), 0, 1e-5);
        var bytes = File.ReadAllBytes(file);
        Json("export", "a", "--runs", Runs, "--format", "onnx", "--out", file, "--threads", "2", "--licence", "MIT");
        Assert.Equal(bytes, File.ReadAllBytes(file));
        var images = Path.Combine(_data.Folder, "t10k-images-idx3-ubyte");
        var expected = Json("predict", "a", images, "--runs", Runs, "--threads", "1").GetProperty("predictions").GetRawText();
        Assert.Equal(expected, Json("predict", file, images, "--threads", "1").GetProperty("predictions").GetRawText());
        var back = Json("import", file, "--name", "b", "--out", Model);
        Assert.Equal((Path.GetFullPath(Model), JsonValueKind.Null), (Text(back, "file"), back.GetProperty("run").ValueKind));
        Assert.Equal(expected, Json("predict", Model, images, "--threads", "1").GetProperty("predictions").GetRawText());
        var run = Json("import", file, "--name", "b", "--data", _data.Folder, "--runs", Runs, "--threads", "1");
        Assert.Equal(("b", JsonValueKind.Null), (Path.GetFileName(Text(run, "run")), run.GetProperty("file").ValueKind));
        var loss = Json("eval", "a", "--runs", Runs, "--threads", "1").GetProperty("loss").GetRawText();
        Assert.Equal(loss, Json("eval", "b", "--runs", Runs, "--threads", "1").GetProperty("loss").GetRawText());
        Assert.Equal(
            loss, Json("eval", file, "--runs", _place.At("others"), "--data", _data.Folder, "--threads", "1").GetProperty("loss").GetRawText());
    }

    [Fact]
    public void A_project_in_CSharp_is_there_whole_and_never_mixed_with_other_files()
    {
        var folder = _place.At("net-1.5");
        var answer = Json("export", "a", "--runs", Runs, "--format", "csharp", "--project", "--out", folder, "--threads", "1");
        Assert.Equal((folder, 30), (Text(answer, "file"), answer.GetProperty("parity").GetProperty("same_class").GetInt32()));
        string[] names = ["Net15Classifier.Program.csproj", "Net15Classifier.cs", "Program.cs"];
        Assert.Equal(names, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Directory.CreateDirectory(Path.Combine(folder, "obj")); // which dotnet run leaves
        Directory.CreateDirectory(folder + ".new");
        File.WriteAllText(Path.Combine(folder + ".new", "Program.cs"), "cut off by a ki");
        var program = File.ReadAllText(Path.Combine(folder, "Program.cs"));
        Fit(FakeScreen.Run("export", "a", "--runs", Runs, "--format", "csharp", "--project", "--out", folder + "/", "--threads", "1"));
        Assert.Equal(names, Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(program, File.ReadAllText(Path.Combine(folder, "Program.cs")));
        File.WriteAllText(Path.Combine(folder, "mine.cs"), "x");
        var (code, screen) = FakeScreen.Run("export", "a", "--runs", Runs, "--format", "csharp", "--project", "--out", folder, "--threads", "1");
        Assert.Equal(2, code);
        Assert.Contains("something else than a folder that an export left", screen.Error, StringComparison.Ordinal);
        Assert.Contains("found     mine.cs", screen.Error, StringComparison.Ordinal);
        Assert.Equal([.. names, "mine.cs"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["net-1.5", "runs"], Directory.GetFileSystemEntries(_place.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Options_of_other_formats_are_refused_and_a_file_without_names_says_what_is_missing()
    {
        var (code, screen) = FakeScreen.Run("export", "a", "--runs", Runs, "--format", "safetensors", "--fold");
        Assert.Equal(2, code);
        Assert.Contains("--fold says nothing about safetensors", screen.Error, StringComparison.Ordinal);
        Assert.Equal(2, FakeScreen.Run("export", "a", "--runs", Runs, "--format", "onnx", "--preprocessing", "guessed").Code);
        Fit(FakeScreen.Run("export", "a", "--runs", Runs, "--format", "onnx", "--out", _place.At("f.onnx"), "--fold", "--preprocessing", "arithmetic"));
        Assert.Equal(2, FakeScreen.Run("import", _place.At("f.onnx"), "--name", "c", "--mean", "half", "--std", "1").Code);
        Assert.Equal(2, FakeScreen.Run("import", _place.At("f.onnx"), "--name", "c", "--classes", "a,b").Code);
        Assert.Equal(41, FakeScreen.Run("import", _place.At("gone.onnx"), "--name", "c").Code);
    }

    [Fact]
    public void A_format_that_nobody_knows_is_named_with_the_nearest()
    {
        var (code, screen) = FakeScreen.Run("export", "a", "--runs", Runs, "--format", "safetensor");
        Assert.Equal(2, code);
        Assert.Contains("did you mean 'safetensors'?", screen.Error, StringComparison.Ordinal);
    }

    private static JsonElement Json(params string[] words)
    {
        var (code, screen) = FakeScreen.Run([.. words, "--json"]);
        Assert.True(code == 0, screen.Error);
        return JsonDocument.Parse(screen.OutputLines[^1]).RootElement;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static void Fit((int Code, FakeScreen Screen) result) => Assert.True(result.Code == 0, result.Screen.Error);
}
