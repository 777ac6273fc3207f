namespace Weft.App.Tests;

public class PrintableTests
{
    [Theory]
    [InlineData("Ankle boot", "Ankle boot")]
    [InlineData("naïve 日本 👢", "naïve 日本 👢")]
    [InlineData("a\nb\tc\rd", "a\\nb\\tc\\rd")]
    [InlineData("\u001b[31mred", "\\u001B[31mred")]
    [InlineData("\u202Egnp.exe", "\\u202Egnp.exe")]
    [InlineData("\u2028\u200B\u0085", "\\u2028\\u200B\\u0085")]
    public void Only_what_could_mislead_is_escaped(string text, string shown) => Assert.Equal(shown, Printable.Escape(text));

    [Fact]
    public void Half_a_character_is_escaped() => Assert.Equal("a\\uD800b", Printable.Escape("a" + (char)0xD800 + "b"));
}
