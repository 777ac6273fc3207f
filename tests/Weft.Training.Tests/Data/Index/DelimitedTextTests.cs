using FsCheck;
using FsCheck.Xunit;

namespace Weft.Training.Tests;

public sealed class DelimitedTextTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "a|b/1|2")]
    [InlineData("a,b\r\n1,2", "a|b/1|2")]
    [InlineData("a,\n,b\n,\n", "a|/|b/|")]
    [InlineData("a\n\n\r\nb\n\"\"\n", "a/b/")]
    [InlineData("\"x,\"\"y\"\"\",\"two\nlines\"\nz,", "x,\"y\"|two\nlines/z|")]
    [InlineData("5\" disk,b", "5\" disk|b")]
    [InlineData("", "")]
    public void Rows_are_those_of_RFC_4180(string text, string rows) =>
        Assert.Equal(rows, string.Join('/', DelimitedText.Rows(text, ',').Select(row => string.Join('|', row))));

    [Theory]
    [InlineData("a\nb,\"c", "line 2: a quotation mark has no end")]
    [InlineData("a\n\"b\"c\n", "line 2: a quotation mark within a field stands alone")]
    [InlineData("\"a\nb\"\n\"", "line 3: a quotation mark has no end")]
    public void A_quotation_mark_that_ends_nothing_is_named(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DelimitedText.Rows(text, ',').ToList()).Message);

    [Property]
    public void What_CsvText_writes_is_read_again(NonEmptyArray<NonNull<string>> fields)
    {
        string[] row = [.. fields.Get.Select(field => field.Get.Replace("\r", "", StringComparison.Ordinal)), "end"];
        Assert.Equal([row, row], DelimitedText.Rows(new CsvText(row).Add(row).ToString(), ',').ToArray());
    }
}
