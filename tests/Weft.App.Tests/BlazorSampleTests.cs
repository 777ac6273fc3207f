using System.Globalization;
using Microsoft.Playwright;
using TrainedModels;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The exported network in a browser, without a server that computes: samples/Blazor, published and opened in Chromium.</summary>
[Collection("alone")]
public class BlazorSampleTests(Browser browser, BlazorSample sample, ITestOutputHelper output) : IClassFixture<Browser>, IClassFixture<BlazorSample>
{
    private static readonly string Model = Path.Combine(DocumentTests.Root, "models", "small", "model.safetensors");

    [Fact]
    public async Task Golden_images_have_the_probabilities_that_the_same_file_has_by_JIT_and_nothing_is_asked_of_the_server()
    {
        Assert.SkipWhen(sample.Missing is not null, sample.Missing ?? "");
        using var place = new TempFolder();
        var (classifier, worst, asked) = (new SmallClassifier(), 0f, 0);
        await using var tab = await Open();
        tab.Page.Request += (_, _) => asked++;
        foreach (var (number, image) in TrainedModel.Load(Model).Metadata.Release!.Golden!.Images.Index())
        {
            var png = place.At($"{number}.png");
            using (var file = File.Create(png))
                PngWriter.Write(file, new FeatureShape(SmallClassifier.Height, SmallClassifier.Width, SmallClassifier.Channels), image);
            await tab.Page.Locator("#clear").ClickAsync();
            await Assertions.Expect(tab.Page.Locator("#answer")).ToHaveCountAsync(0);
            await tab.Page.Locator("#file").SetInputFilesAsync(png);
            var expected = classifier.Predict(image);
            await Assertions.Expect(tab.Page.Locator("#answer")).ToContainTextAsync(expected.Name);
            var found = await tab.Page.EvaluateAsync<string[]>("Array.from(document.querySelectorAll('#bars progress')).map(bar => bar.getAttribute('value'))");
            Assert.Equal(SmallClassifier.Classes.Count, found.Length);
            foreach (var (probability, other) in found.Select(text => float.Parse(text, CultureInfo.InvariantCulture)).Zip(expected.Probabilities))
                worst = Math.Max(worst, Math.Abs(probability - other));
        }

        output.WriteLine($"largest difference of a probability: {worst:g2}");
        await tab.Picture("blazor-answer");
        Assert.InRange(worst, 0, 1e-6f);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_drawing_is_answered_on_a_narrow_screen_and_the_self_test_passes()
    {
        Assert.SkipWhen(sample.Missing is not null, sample.Missing ?? "");
        await using var tab = await Open(width: 360, height: 780);
        var box = (await tab.Page.Locator("#picture").BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + 40, box.Y + 60);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + box.Width - 40, box.Y + 60, new() { Steps = 8 });
        await tab.Page.Mouse.UpAsync();
        await Assertions.Expect(tab.Page.Locator("#answer")).ToContainTextAsync("%");
        await tab.AssertFits();
        await tab.Page.Locator("#measure").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#measured")).ToContainTextAsync("The self test passed", new() { Timeout = 30_000 });
        await tab.Picture("blazor-drawn-narrow");
    }

    /// <summary>weft export models/small/model.safetensors --format csharp --out samples/Blazor/Generated/SmallClassifier.cs</summary>
    [Fact]
    public void The_sample_s_source_is_what_the_network_of_the_shelf_becomes()
    {
        using var place = new TempFolder();
        var (code, screen) = FakeScreen.Run("export", Model, "--format", "csharp", "--out", place.At("SmallClassifier.cs"), "--threads", "1");
        Assert.True(code == 0, screen.Error);
        Assert.Equal(
            File.ReadAllText(Path.Combine(DocumentTests.Root, "samples", "Blazor", "Generated", "SmallClassifier.cs")),
            File.ReadAllText(place.At("SmallClassifier.cs")));
    }

    private async Task<Tab> Open(int width = 1000, int height = 800)
    {
        var tab = await browser.Open(sample.Address, width, height);
        await tab.Page.GotoAsync("/");
        await Assertions.Expect(tab.Page.Locator("#picture")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        return tab;
    }
}
