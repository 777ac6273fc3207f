namespace Weft.App;

/// <summary>A curve in one line of text: each character's height is a value's, from 0 to the largest.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    public static string Of(IReadOnlyList<double> values)
    {
        var largest = values.Max();
        return string.Concat(values.Select(value => Heights[largest <= 0 ? 0 : Math.Clamp((int)(value / largest * Heights.Length), 0, Heights.Length - 1)]));
    }
}
