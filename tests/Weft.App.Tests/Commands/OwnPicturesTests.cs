using System.Text.Json;

namespace Weft.App.Tests;

/// <summary>A folder of pictures becomes a classifier, from the command line and without a network.</summary>
public sealed class OwnPicturesTests : IDisposable
{
    private readonly TinyPhotos _photos = new();
    private readonly TempFolder _runs = new();

    public void Dispose()
    {
        _photos.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public void One_command_fits_a_head_and_says_what_its_number_is_worth()
    {
        var (trained, said) = Run(["train", .. _photos.Options, "--name", "head"]);
        Assert.True(trained.GetProperty("validation_accuracy").GetDouble() > 0.7, trained.ToString());
        Assert.All(
            [
                "3 classes, a folder each", "5-fold cross-validation over groups", "95 % interval", "always saying the most frequent class",
                "from the pixels alone",
            ],
            sentence => Assert.Contains(sentence, said));
        var (predicted, _) = Run(["predict", "head", Path.Combine(_photos.Folder, "along", "0.png")]);
        var prediction = predicted.GetProperty("predictions")[0];
        Assert.Equal("along", prediction.GetProperty("class").GetString());
        Assert.False(prediction.GetProperty("unlike").GetBoolean());
        Assert.Equal(3, prediction.GetProperty("nearest").GetArrayLength());
    }

    [Fact]
    public void A_fine_tuned_network_goes_on_from_the_head()
    {
        var (trained, said) = Run(["train", .. _photos.Options, "--fine-tune", "--epochs", "2", "--name", "tuned"]);
        Assert.Contains("5-fold cross-validation", said);
        Assert.Equal(2, trained.GetProperty("epochs").GetInt32());
        var (evaluated, _) = Run(["eval", "tuned", "--no-tta"]);
        Assert.Equal(trained.GetProperty("validation_accuracy").GetDouble(), evaluated.GetProperty("accuracy").GetDouble(), 1e-9);
    }

    [Fact]
    public void Groups_that_are_whole_classes_leave_nothing_to_validate_with()
    {
        var (code, screen) = FakeScreen.Run(
            [.. (string[])["train", .. _photos.Options, "--set", "data.group_pattern=^(?<group>[a-z]+)", "--runs", _runs.At("runs")]]);
        Assert.Equal(2, (int)code);
        Assert.Contains("no sample would be left to validate with", screen.Error);
        Assert.Contains("90 pictures in 3 groups", screen.Error);
        Assert.False(Directory.Exists(_runs.At("runs")));
    }

    private (JsonElement Document, string Said) Run(IReadOnlyList<string> command)
    {
        var (code, screen) = FakeScreen.Run([.. command, "--json", "--runs", _runs.At("runs")]);
        Assert.True(code == 0, screen.Error);
        return (JsonDocument.Parse(screen.OutputLines[^1]).RootElement.Clone(), screen.Error);
    }
}
