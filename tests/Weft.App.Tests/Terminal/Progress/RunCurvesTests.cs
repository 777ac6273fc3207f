using Weft.Training;

namespace Weft.App.Tests;

public class RunCurvesTests
{
    [Fact]
    public void Curves_lie_beside_each_other_where_there_is_room()
    {
        Approval.Of("curves-wide", Text(After(9), 100, 40));
        Approval.Of("curves-narrow", Text(After(9), 60, 40));
        Approval.Of("curves-first-epoch", Text(After(0, 60), 100, 40));
    }

    [Theory]
    [InlineData(34, 18)]
    [InlineData(50, 27)]
    [InlineData(99, 28)]
    [InlineData(100, 18)]
    [InlineData(160, 50)]
    public void No_line_is_as_wide_as_the_window_and_the_rest_fits_below(int width, int height)
    {
        var lines = After(9).Lines(width, height);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, width - 1));
        Assert.InRange(lines.Count, 1, height - 8);
    }

    [Theory]
    [InlineData(33, 50)]
    [InlineData(100, 17)]
    public void A_window_that_is_too_small_has_none(int width, int height) => Assert.Empty(After(9).Lines(width, height));

    [Fact]
    public void Values_that_are_no_numbers_are_gaps()
    {
        var curves = After(2);
        curves.Apply(new EpochDone(3, 300, double.NaN, 0.9, double.PositiveInfinity, 0.9, 0.01, 1, 1000, false));
        Assert.Contains("loss", Text(curves, 100, 40));
    }

    [Fact]
    public void A_dot_lies_where_its_value_says()
    {
        var canvas = new DotCanvas(2, 1);
        canvas.Set(0, 0, Tone.Plain);
        canvas.Set(3, 3, Tone.Plain);
        canvas.Set(4, 0, Tone.Plain); // outside
        canvas.Set(0, -1, Tone.Plain);
        Assert.Equal("⠁⢀", string.Concat(canvas.Row(0).Select(piece => piece.Text)));
    }

    private static RunCurves After(int epochs, int steps = 0)
    {
        var curves = new RunCurves();
        curves.Apply(new RunStarted(42, "here", 2, 10, 100));
        for (var epoch = 1; epoch <= epochs; epoch++)
            curves.Apply(new EpochDone(epoch, epoch * 100, 2.0 / epoch, 1 - 0.5 / epoch, 1.8 / epoch + 0.1, 0.98 - 0.5 / epoch, 0.01, 1, 1000, true));
        for (var step = 10; step <= steps; step += 10)
            curves.Apply(new StepDone(epochs + 1, epochs * 100 + step, 2.3 - 0.01 * step, 0.1 + 0.01 * step, 0.01, 1000));
        return curves;
    }

    private static string Text(RunCurves curves, int width, int height) => string.Join('\n', curves.Lines(width, height).Select(line => line.Plain));
}
