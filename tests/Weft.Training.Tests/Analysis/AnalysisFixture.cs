using System.Text.Json;

namespace Weft.Training.Tests;

/// <summary>What Fixtures/generate.py wrote with scikit-learn, SciPy and PyTorch.</summary>
internal static class AnalysisFixture
{
    public const int Classes = 4;

    private static readonly JsonElement Root = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "analysis.json"))).RootElement;

    public static PredictionTable Predictions()
    {
        int[] labels = Ints("labels");
        float[] probabilities = [.. Numbers("probabilities").Select(p => (float)p)];
        return new PredictionTable([.. Enumerable.Range(0, labels.Length)], labels, probabilities,
            [.. labels.Select((label, row) => -MathF.Log(probabilities[row * Classes + label]))], Classes);
    }

    public static JsonElement At(string path) => path.Split('.').Aggregate(Root, (element, key) => element.GetProperty(key));

    public static double Number(string path) => At(path).GetDouble();

    public static double[] Numbers(string path) => Numbers(At(path));

    public static int[] Ints(string path) => [.. Numbers(path).Select(value => (int)value)];

    public static double[] Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetDouble()];
}
