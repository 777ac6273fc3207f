using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Weft.Training;

namespace Weft.App.Tests;

public class ChartTests
{
    private static readonly Chart Simple = new("Loss", [new ChartSeries("train", 0, [new(0, 2), new(1, 1), new(2, 0.5)])]);

    [Theory]
    [InlineData(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0, 10, "0 2 4 6 8 10")]
    [InlineData(0.91, 0.94, "0.910 0.915 0.920 0.925 0.930 0.935 0.940")]
    [InlineData(-5, 5, "-4 -2 0 2 4")]
    [InlineData(0, 0.002, "0.0000 0.0005 0.0010 0.0015 0.0020")]
    public void Ticks_are_round_and_within(double minimum, double maximum, string expected)
    {
        var (ticks, step) = ChartAxis.Exact(minimum, maximum).Ticks();
        Assert.All(ticks, tick => Assert.InRange(tick, minimum - step * 1e-6, maximum + step * 1e-6));
        Assert.InRange(ticks.Count, 3, 8);
        Assert.Equal(expected, string.Join(' ', ticks.Select(tick => ChartText.Tick(tick, step, ValueFormat.Number))));
    }

    [Theory]
    [InlineData(ValueFormat.Number)]
    [InlineData(ValueFormat.Count)]
    internal void Epochs_are_whole_and_come_once(ValueFormat format)
    {
        var svg = Figure(new Chart("Loss", [new ChartSeries("train", 0, [new(1, 2), new(2, 1), new(3, 0.5)])]) { XName = "epoch", XFormat = format });
        Assert.Equal(["1", "2", "3"], Regex.Matches(svg, "text-anchor=\"middle\">([^<]*)</text>").Select(match => match.Groups[1].Value));
    }

    private static string Figure(Chart chart) => Part(typeof(ChartFigure), new() { [nameof(ChartFigure.Chart)] = chart });

    private static string Part(Type component, Dictionary<string, object?> parameters)
    {
        var html = PageRenderer.Render(component, parameters).GetAwaiter().GetResult();
        return html[html.IndexOf('\n')..].Trim();
    }

    [Fact]
    public void A_log_axis_has_decades_and_few_of_them()
    {
        var axis = ChartAxis.Around([1e-8, 1], AxisScale.Log);
        var ticks = axis.Ticks().Values;
        Assert.InRange(ticks.Count, 3, 7);
        Assert.All(ticks, tick => Assert.Equal(Math.Round(Math.Log10(tick)), Math.Log10(tick), 9));
        Assert.Equal(0.5, ChartAxis.Around([0.01, 1], AxisScale.Log).Place(0.1), 9);
        Assert.InRange(ChartAxis.Around([0.2, 0.8], AxisScale.Log).Ticks().Values.Count, 3, 8);
    }

    [Fact]
    public void Smoothing_is_the_average_it_says()
    {
        ChartPoint[] points = [new(0, 4), new(1, double.NaN), new(2, 2), new(3, 8)];
        var smooth = Smoothing.Exponential(points, 0.6);
        Assert.Equal(4, smooth[0].Y, 12);
        Assert.True(double.IsNaN(smooth[1].Y));
        Assert.Equal((0.6 * 0.4 * 4 + 0.4 * 2) / (1 - 0.36), smooth[2].Y, 12);
        Assert.Equal((0.6 * (0.6 * 0.4 * 4 + 0.4 * 2) + 0.4 * 8) / (1 - 0.216), smooth[3].Y, 12);
        Assert.Same(points, Smoothing.Exponential(points, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Smoothing.Exponential(points, 1));
    }

    [Fact]
    public void Thinning_keeps_ends_and_every_extreme()
    {
        var noise = new Random(7);
        var points = Enumerable.Range(0, 10_000).Select(i => new ChartPoint(i, noise.NextDouble())).ToList();
        points[4321] = new(4321, 50);
        points[8765] = new(8765, -50);
        var kept = Thinning.PerColumn(points, ChartAxis.Exact(0, 9999), 100);
        Assert.InRange(kept.Count, 100, 202);
        Assert.Equal((points[0], points[^1]), (kept[0], kept[^1]));
        Assert.Contains(points[4321], kept);
        Assert.Contains(points[8765], kept);
        Assert.Equal(kept.OrderBy(point => point.X), kept);
        for (var column = 0; column < 100; column++)
        {
            var all = points.Skip(column * 100).Take(100).ToList();
            var left = kept.Where(point => point.X >= column * 100 && point.X < (column + 1) * 100).ToList();
            if (column is > 0 and < 99)
                Assert.Equal((all.Min(point => point.Y), all.Max(point => point.Y)), (left.Min(point => point.Y), left.Max(point => point.Y)));
        }
    }

    [Fact]
    public void A_chart_is_well_formed_and_its_texts_are_escaped()
    {
        const string Evil = "<b>\"&'</b>";
        var svg = Figure(Simple with { Title = Evil, Note = Evil, XName = Evil, Series = [new ChartSeries(Evil, 3, Simple.Series[0].Points)] });
        var figure = XElement.Parse(svg);
        Assert.Empty(figure.Descendants("b"));
        Assert.Equal(Evil, figure.Descendants("span").First().Value);
        Assert.Contains(Evil, figure.Descendants("span").Select(span => span.Value));
        Assert.DoesNotContain("style=", svg);
    }

    [Fact]
    public void Curves_are_where_their_values_are()
    {
        var svg = Figure(new Chart("a", [new ChartSeries("s", 0, [new(0, 0), new(5, 1), new(10, 0.5)])]));
        var numbers = Regex.Matches(Regex.Match(svg, "d=\"([^\"]*)\"").Groups[1].Value, @"[ML]([0-9.]+) ([0-9.]+)")
            .Select(match => (X: double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
                Y: double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal([0, 500, 1000], numbers.Select(point => point.X));
        Assert.True(numbers[1].Y < numbers[2].Y && numbers[2].Y < numbers[0].Y); // y grows downwards
        Assert.Equal((numbers[0].Y + numbers[1].Y) / 2, numbers[2].Y, 1);
    }

    [Fact]
    public void What_has_no_place_is_left_out_and_said_when_nothing_remains()
    {
        ChartSeries[] series = [new ChartSeries("s", 0, [new(0, 1), new(1, double.NaN), new(2, double.PositiveInfinity), new(3, 2)])];
        var path = Regex.Match(Figure(new Chart("a", series)), "d=\"([^\"]*)\"").Groups[1].Value;
        Assert.Equal(2, path.Count(letter => letter == 'M')); // a gap, and a dot on each side of it
        Assert.Contains("No values yet", Figure(new Chart("a", [new ChartSeries("s", 0, [])])));
        Assert.Contains("Nothing above zero", Figure(new Chart("a", [new ChartSeries("s", 0, [new(0, 0), new(1, -1)])]) { YScale = AxisScale.Log }));
        Assert.Equal(Svg.Nothing, SparkChart.Draw([double.NaN]));
    }

    [Fact]
    public void One_value_alone_is_drawn() => Assert.Contains("h0", Figure(new Chart("a", [new ChartSeries("s", 0, [new(1, 3)])])));

    [Fact]
    public void A_confusion_table_has_shares_of_its_rows()
    {
        string Table(int[] counts) =>
            Part(typeof(ConfusionTable), new() { [nameof(ConfusionTable.Counts)] = counts, [nameof(ConfusionTable.Classes)] = new[] { "coat", "bag" } });
        var table = XElement.Parse(Table([3, 1, 0, 0]));
        Assert.Equal(["75", "25", "", ""], table.Descendants("td").Select(cell => cell.Value));
        Assert.Equal(["s7 right", "s4", "s0", "s0 right"], table.Descendants("td").Select(cell => cell.Attribute("class")!.Value));
        Assert.Equal("", Table([1, 2, 3]));
    }

    [Fact]
    public void Accuracies_are_one_file_with_its_own_colours_and_one_axis()
    {
        AccuracyBar[] bars = [new("<b>&", 0.9, new ShareInterval(0.88, 0.92), 0.91), new("plain", 0.95, new ShareInterval(0.94, 0.96), null)];
        var file = AccuracyChart.File(bars, "a & b");
        var svg = XElement.Parse(file);
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Contains("<b>&", svg.Descendants(ns + "text").Select(text => text.Value));
        Assert.Contains("--c0:", svg.Element(ns + "style")!.Value);
        Assert.DoesNotContain("style", XElement.Parse(AccuracyChart.Draw(bars, "a").Markup).Descendants().Select(element => element.Name.LocalName));
        Assert.Equal(["86 %", "88 %", "90 %", "92 %", "94 %", "96 %", "98 %", "100 %"], svg.Descendants(ns + "text")
            .Where(text => (string?)text.Attribute("text-anchor") == "middle").Select(text => text.Value));
        var lengths = svg.Descendants(ns + "rect").Where(rect => (string?)rect.Attribute("class") == "bar")
            .Select(rect => (double)rect.Attribute("width")!).ToArray();
        Assert.Equal((0.95 - 0.86) / (0.9 - 0.86), lengths[1] / lengths[0], 2);
    }

    [Fact]
    public void A_page_shows_what_is_not_printable_and_keeps_letters_of_all_languages()
    {
        var html = Part(typeof(ChartFigure), new() { [nameof(ChartFigure.Chart)] = Simple with { Title = "\u202eé\u0007 😀 \n<i>'" } });
        Assert.Contains("\\u202Eé\\u0007 😀 \\n&lt;i&gt;", html);
        Assert.DoesNotContain('\u202e', html);
        Assert.DoesNotContain("&#x202E;", html);
    }
}
