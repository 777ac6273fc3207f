using System.Text.Json;

namespace Weft.Training.Tests;

/// <summary>The files that version 0.1 wrote about a small run.</summary>
public sealed class AnalysisDocumentTests : IDisposable
{
    private static readonly string Early = Path.Combine(AppContext.BaseDirectory, "Fixtures", "early");

    private readonly TemporaryFolder _folder = new();

    public AnalysisDocumentTests()
    {
        foreach (var name in new[] { "analysis.json", "cases.json" })
            File.Copy(Path.Combine(Early, name), _folder.In(name));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_analysis_of_0_1_is_read()
    {
        var (summary, pictures) = StoredAnalysis.TryRead(_folder.Path)!;
        Assert.Equal((EvaluationSplit.Validation, 3, 30, 32), (summary.Split, summary.Epoch, summary.Step, summary.Correct));
        Assert.Equal(["0", "1", "2", "3"], summary.Classes);
        Assert.Equal(summary.Count, summary.Confusion.Sum(row => row.Sum()));
        Assert.Equal((8, 8, 1), (pictures.Height, pictures.Width, pictures.Channels));
        Assert.All(pictures.Cases, one => Assert.Equal((64, 64), (one.Pixels.Length, one.SaliencyOfLabel.Length)));
        Assert.All(pictures.Galleries.TopLosses, image => Assert.Equal(64, image.Pixels.Length));
    }

    [Fact]
    public void An_analysis_of_0_1_is_written_to_the_same_bytes()
    {
        var (summary, pictures) = StoredAnalysis.TryRead(_folder.Path)!;
        Assert.Equal(File.ReadAllText(_folder.In("analysis.json")), AnalysisSeal.Write(summary, AnalysisJson.Analysis));
        Assert.Equal(File.ReadAllText(_folder.In("cases.json")), AnalysisSeal.Write(pictures, AnalysisJson.Cases));
    }

    [Fact]
    public void An_evaluation_of_0_1_is_written_to_the_same_bytes()
    {
        var text = File.ReadAllText(Path.Combine(Early, "metrics.json"));
        var read = JsonSerializer.Deserialize(text, EvaluationJson.File)!;
        Assert.Equal(text, JsonSerializer.Serialize(read with { Folder = "somewhere" }, EvaluationJson.File) + "\n");
    }

    [Theory]
    [InlineData("analysis.json", "\"correct\": 32", "\"correct\": 33")]
    [InlineData("analysis.json", "\"epoch\": 3,", "")]
    [InlineData("cases.json", "\"height\": 8", "\"height\": 9")]
    [InlineData("cases.json", "\"sha256\"", "\"sha257\"")]
    public void A_file_that_was_changed_is_not_believed(string name, string before, string after)
    {
        var text = File.ReadAllText(_folder.In(name));
        Assert.Contains(before, text);
        File.WriteAllText(_folder.In(name), text.Replace(before, after));
        Assert.Null(StoredAnalysis.TryRead(_folder.Path));
    }
}
