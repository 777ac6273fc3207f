using System.Diagnostics;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The samples are run as an outsider runs them.</summary>
public class SampleTests
{
    [Fact]
    public void First_steps_train_evaluate_analyze_and_predict()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Assert.Contains("of the validation images", Run("FirstSteps", "train", place.Path, data.Folder, "2"));
        Assert.Contains("recall", Run("FirstSteps", "evaluate", place.Path, data.Folder));
        Assert.Contains("Similar shape: ", Run("FirstSteps", "analyze", place.Path, data.Folder));
        using (var png = File.Create(place.At("picture.png")))
            PngWriter.Write(png, new FeatureShape(20, 20, 1), new byte[400]);
        Assert.Contains("picture.png: ", Run("FirstSteps", "predict", place.At("picture.png"), place.Path));
        Assert.False(File.Exists(place.At("test_ledger.jsonl")), "no sample opens the test images");
    }

    [Fact]
    public void A_loop_written_by_hand_trains()
    {
        var lines = Run("HandWrittenLoop", "2", "2560").TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^epoch 2: training loss \d\.\d+, validation accuracy (?:[3-9]\d\.\d+|100\.00)\s?%", lines[1]); // a tenth would be a guess
    }

    [Fact]
    public void Own_pictures_are_trained_on_saved_loaded_and_predicted()
    {
        using var place = new TempFolder();
        var lines = Run("OwnData", place.Path).TrimEnd().Split('\n');
        Assert.StartsWith("100.0", lines[0]);
        Assert.Equal(["bright at the top: top", "bright at the middle: middle", "bright at the bottom: bottom"], lines[1..]);
    }

    [Fact]
    public void Code_that_no_assembly_of_Weft_knows_takes_part_in_a_training()
    {
        using var place = new TempFolder();
        var lines = Run("Custom", place.At("custom.safetensors")).TrimEnd().Split('\n');
        Assert.StartsWith("layers: completed after 4 epochs", lines[0]);
        Assert.Equal("  loaded: block.body.0.weight, block.body.1.weight, …, 15 tensors", lines[1].TrimEnd());
        Assert.StartsWith("loss: completed after 4 epochs", lines[2]);
        Assert.StartsWith("optimizer: completed after 4 epochs", lines[3]);
        Assert.StartsWith("schedule: completed after 4 epochs", lines[4]);
        Assert.StartsWith("augmentation: completed after 4 epochs", lines[5]);
        Assert.StartsWith("metric: completed after 4 epochs", lines[6]);
        Assert.Matches(@"^  worst recall by epoch: (?:\d+\.\d\s?%(?:, )?){4}$", lines[7].TrimEnd());
        Assert.StartsWith("policy: good_enough after", lines[8]);
        // A third would be a guess: what each part computes has to be of use.
        Assert.All(new[] { 0, 2, 3, 4, 5, 6, 8 }, i => Assert.Matches(@" with (?:[5-9]\d|100)\.\d\s?%", lines[i]));
    }

    private static string Run(string sample, params string[] arguments)
    {
        var program = Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", sample, "release", sample + (OperatingSystem.IsWindows() ? ".exe" : "")));
        Assert.True(File.Exists(program), $"{program} is missing: build Weft.slnx");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }
}
