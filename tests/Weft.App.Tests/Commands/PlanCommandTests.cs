using System.Text.Json;

namespace Weft.App.Tests;

public class PlanCommandTests
{
    [Fact]
    public void Plan_tells_steps_layers_and_origins_and_leaves_nothing_behind()
    {
        using var data = new TinyData();
        using var folder = new TempFolder();
        var (code, screen) = FakeScreen.Run("plan", "--data", data.Folder, "--epochs", "4", "--set", "training.batch_size=16", "--threads", "1", "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        var plan = json.RootElement;
        Assert.Equal(6, plan.GetProperty("steps_per_epoch").GetInt32()); // 83 of 90 images train, in batches of 16
        Assert.Equal(24, plan.GetProperty("steps").GetInt64());
        Assert.Equal("--epochs", plan.GetProperty("values").GetProperty("training.epochs").GetProperty("origin").GetString());
        Assert.Equal(plan.GetProperty("parameters").GetInt64(), plan.GetProperty("layers").EnumerateArray()
            .Sum(layer => layer.GetProperty("parameters").GetInt64()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Bench_reports_the_contracts_keys_and_the_layers()
    {
        var (code, screen) = FakeScreen.Run("bench", "train", "--batch", "2", "--threads", "1", "--seconds", "1", "--layers", "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.All(["model", "batch", "threads", "images_per_second", "step_milliseconds", "peak_memory_bytes"], key =>
            Assert.True(json.RootElement.TryGetProperty(key, out _), key));
        Assert.Contains(json.RootElement.GetProperty("layers").EnumerateArray(), layer =>
            layer.GetProperty("layer").GetString() == "conv1" && layer.GetProperty("backward_milliseconds").GetDouble() > 0);
    }

    [Fact]
    public void Bench_sets_the_loaders_time_beside_the_steps()
    {
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run(
            "bench", "loader", "--data", data.Folder, "--batch", "16", "--threads", "1", "--seconds", "1", "--all-augmentation", "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.True(json.RootElement.GetProperty("share").GetDouble() > 0 && json.RootElement.GetProperty("loader_milliseconds").GetDouble() > 0);
    }

    [Fact]
    public void The_parameters_of_a_layer_inside_another_are_counted_once()
    {
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run(
            "plan", "--model", "resnet9", "--set", "model.width=0.125", "--data", data.Folder, "--batch", "8", "--threads", "1", "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.Equal(json.RootElement.GetProperty("parameters").GetInt64(), json.RootElement.GetProperty("layers")
            .EnumerateArray().Sum(layer => layer.GetProperty("parameters").GetInt64()));
    }

    [Theory]
    [InlineData(new double[] { 0, 1 }, "▁█")]
    [InlineData(new double[] { 4, 2, 0, 1 }, "█▅▁▃")]
    [InlineData(new double[] { 0, 0 }, "▁▁")]
    public void A_curve_is_drawn_from_0_to_its_largest_value(double[] values, string drawn) => Assert.Equal(drawn, Sparkline.Of(values));
}
