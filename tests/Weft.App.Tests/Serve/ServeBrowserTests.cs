using Microsoft.Playwright;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The page of a served model, as a person uses it: in Chromium.</summary>
[Collection("alone")]
public class ServeBrowserTests(Browser browser, ServeHost host) : IClassFixture<Browser>, IClassFixture<ServeHost>
{
    [Fact]
    public async Task A_chosen_picture_is_answered_with_bars_and_what_the_network_saw()
    {
        var png = Picture();
        var expected = host.Predict(png)[0];
        await using var tab = await browser.Open(host.Address);
        await tab.Page.GotoAsync("/");
        await tab.AssertFits();
        await tab.Picture("serve-empty");
        await tab.Page.Locator("#file").SetInputFilesAsync(png);
        await Assertions.Expect(tab.Page.Locator("#answer")).ToContainTextAsync(expected.GetProperty("class").GetString()!);
        await Assertions.Expect(tab.Page.Locator("#bars progress")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.Page.Locator("#error")).ToBeHiddenAsync();
        Assert.Equal(12, await tab.Page.EvaluateAsync<int>("document.getElementById('pixels').width"));
        var seen = await tab.Page.EvaluateAsync<int[]>(
            "Array.from(document.getElementById('pixels').getContext('2d').getImageData(0, 0, 12, 12).data).filter((_, i) => i % 4 === 0)");
        Assert.Equal(host.Pixels[0].Select(value => (int)value), seen);
        await Assertions.Expect(tab.Page.Locator("#saliency")).ToBeVisibleAsync();
        await tab.Picture("serve-answer");
    }

    [Fact]
    public async Task A_drawing_and_a_pasted_picture_are_answered_on_a_narrow_screen()
    {
        await using var tab = await browser.Open(host.Address, width: 360, height: 780, scheme: ColorScheme.Dark);
        await tab.Page.GotoAsync("/");
        await tab.Page.Locator("#draw").ClickAsync();
        var box = (await tab.Page.Locator("#picture").BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + 40, box.Y + 60);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + box.Width - 40, box.Y + 60, new() { Steps = 8 });
        await tab.Page.Mouse.UpAsync();
        await Assertions.Expect(tab.Page.Locator("#answer")).ToContainTextAsync("%");
        await tab.AssertFits();
        await tab.Picture("serve-drawn-narrow");
        var before = await tab.Page.Locator("#time").TextContentAsync();
        var bytes = Convert.ToBase64String(File.ReadAllBytes(Picture()));
        await tab.Page.EvaluateAsync(
            """
            base64 => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))], 'pasted.png', { type: 'image/png' }));
              dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
            }
            """, bytes);
        await Assertions.Expect(tab.Page.Locator("#picture")).Not.ToHaveClassAsync("drawing");
        await Assertions.Expect(tab.Page.Locator("#answer")).ToContainTextAsync($"{host.Predict(Picture())[0].GetProperty("class").GetString()} ");
    }

    [Fact]
    public async Task The_description_of_the_API_can_be_read()
    {
        await using var tab = await browser.Open(host.Address, width: 420);
        await tab.Page.GotoAsync("/openapi");
        await Assertions.Expect(tab.Page.Locator("section.card")).ToHaveCountAsync(13);
        await tab.AssertFits();
        await tab.Picture("serve-api-narrow");
    }

    private string Picture()
    {
        var path = host.At("chosen.png");
        using var file = File.Create(path);
        PngWriter.Write(file, new FeatureShape(12, 12, 1), host.Pixels[0]);
        return path;
    }
}
