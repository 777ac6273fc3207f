namespace Weft.Training.Tests;

public sealed class CsvTextTests
{
    [Fact]
    public void Fields_are_quoted_where_they_must_be_and_empty_where_there_is_no_number() =>
        Assert.Equal(
            "a,\"b,c\"\n\"say \"\"no\"\"\",\n0.5,\n\"two\nlines\",3\n",
            new CsvText("a", "b,c").Add("say \"no\"", null).Add(0.5, double.NaN).Add("two\nlines", 3).ToString());
}
