using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

public sealed class DocumentShapeTests
{
    [Fact]
    public void Every_object_of_json_has_the_approved_keys_and_types() => Approval.Of("documents", DocumentShapes.Of(typeof(Screen).Assembly));

    [Fact]
    public void What_analyze_of_0_1_printed_is_printed_to_the_same_bytes() => IsPrintedAgain<AnalysisDocument>("analyze.json");

    [Fact]
    public void What_eval_of_0_1_printed_is_printed_to_the_same_bytes() => IsPrintedAgain<EvaluationDocument>("eval.json");

    private static void IsPrintedAgain<T>(string name)
    {
        var printed = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "early", name));
        var screen = new StringWriter { NewLine = "\n" };
        new Screen(screen, TextWriter.Null) { Json = true }.WriteJson(JsonSerializer.Deserialize(printed, DocumentJson.Of<T>())!);
        Assert.Equal(printed, screen.ToString());
    }
}
