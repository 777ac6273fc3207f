using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>How the charts of a page are drawn: what the address of the page says.</summary>
/// <param name="Scale">The scale of loss and learning rate; other charts stay linear.</param>
/// <param name="SmoothingPercent">0…99: the weight of <see cref="Smoothing.Exponential"/>.</param>
/// <param name="OverTime">Whether X is the time trained instead of the epoch.</param>
public sealed record ChartView(AxisScale Scale, int SmoothingPercent, bool OverTime)
{
    public double Smoothing => SmoothingPercent / 100.0;

    /// <exception cref="WeftException">Exit 2: a value the page does not know.</exception>
    internal static ChartView Of(QueryReader query) => new(
        query.OneOf("scale", ["linear", "log"]) == "log" ? AxisScale.Log
            : AxisScale.Linear, query.Number("smoothing", 0, 99, 0), query.OneOf("x", ["epoch", "time"]) == "time");

    public string Query => string.Create(
        CultureInfo.InvariantCulture, $"scale={(Scale == AxisScale.Log ? "log" : "linear")}&smoothing={SmoothingPercent}&x={(OverTime ? "time" : "epoch")}");
}
