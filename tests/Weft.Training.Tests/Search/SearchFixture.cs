using System.Text.Json;

namespace Weft.Training.Tests.Search;

/// <summary>A file that one of the scripts in Fixtures has written.</summary>
internal sealed class SearchFixture(string name)
{
    private readonly JsonElement _root =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "search", name + ".json"))).RootElement;

    public JsonElement this[string key] => _root.GetProperty(key);

    public double[] Numbers(string key) => Numbers(_root.GetProperty(key));

    public static double[] Numbers(JsonElement element) => element.Deserialize<double[]>()!;

    public static double[][] Rows(JsonElement element) => element.Deserialize<double[][]>()!;

    /// <summary>That two numbers differ by less than a part of the larger of 1 and the expected one.</summary>
    public static void Equal(double expected, double actual, double tolerance) =>
        Assert.True(
            Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)) || expected == actual, $"expected {expected:R}, received {actual:R}");
}
