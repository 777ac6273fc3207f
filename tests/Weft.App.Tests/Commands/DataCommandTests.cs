using System.Text.Json;

namespace Weft.App.Tests;

public class DataCommandTests
{
    [Fact]
    public void Get_verifies_a_folder_and_reports_the_contracts_keys()
    {
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run("data", "get", data.Folder, "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.Equal((90, 30), (json.RootElement.GetProperty("train").GetInt32(), json.RootElement.GetProperty("test").GetInt32()));
        Assert.Equal(data.Folder, json.RootElement.GetProperty("folder").GetString());
        Assert.Matches("^[0-9a-f]{64}$", json.RootElement.GetProperty("fingerprint").GetString());
        Assert.NotEmpty(json.RootElement.GetProperty("name").GetString()!);
    }

    [Fact]
    public void Show_draws_each_class()
    {
        using var data = new TinyData();
        var (code, screen) = FakeScreen.Run("data", "show", data.Folder);
        Assert.Equal(0, code);
        Approval.Of("data-show", screen.Output);
    }

    [Fact]
    public void Audit_finds_duplicates_and_leaves_the_test_files_closed()
    {
        using var data = new TinyData();
        File.WriteAllText(Path.Combine(data.Folder, "t10k-images-idx3-ubyte"), "no images at all");
        var path = Path.Combine(data.Folder, "train-images-idx3-ubyte");
        var images = File.ReadAllBytes(path);
        images.AsSpan(16 + 4 * 144, 144).CopyTo(images.AsSpan(16 + 11 * 144));
        File.WriteAllBytes(path, images);
        var (code, screen) = FakeScreen.Run("data", "audit", data.Folder);
        Assert.Equal(0, code);
        Assert.Matches(@"exact duplicates: [1-9][\s\S]*#4 [^\n]* ~ \w+ #11 ", screen.Output);
    }

    [Fact]
    public void Audit_remarks_on_classes_that_are_too_rare()
    {
        using var data = new TinyData(train: 300, label: i => i == 7 ? 2 : i < 20 ? 1 : 0);
        var (code, screen) = FakeScreen.Run("data", "audit", data.Folder);
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^0 +\d+ +\d+$", screen.Output);
        Assert.Matches(@"(?m)^1 +17 +2  14 times rarer than the largest class$", screen.Output);
        Assert.Matches(@"(?m)^2 +1 +0  only one image, 280 times rarer than the largest class$", screen.Output);
    }

    [Fact]
    public void A_folder_without_data_is_exit_10()
    {
        using var folder = new TempFolder();
        var (code, screen) = FakeScreen.Run("data", "get", folder.Path);
        Assert.Equal(10, code);
        Assert.StartsWith("error[10 dataset-missing]: ", screen.Error);
    }

    [Fact]
    public void A_page_in_place_of_a_gzip_file_is_exit_11()
    {
        using var data = new TinyData();
        File.Delete(Path.Combine(data.Folder, "train-labels-idx1-ubyte"));
        File.WriteAllText(Path.Combine(data.Folder, "train-labels-idx1-ubyte.gz"), "<!DOCTYPE html><title>Moved</title>");
        var (code, screen) = FakeScreen.Run("data", "get", data.Folder);
        Assert.Equal(11, code);
        Assert.StartsWith("error[11 dataset-damaged]: ", screen.Error);
    }
}
