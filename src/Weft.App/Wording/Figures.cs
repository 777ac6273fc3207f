using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>How numbers are written for people: the same everywhere.</summary>
internal static class Figures
{
    /// <summary>"92.41 %"; "–" for NaN.</summary>
    public static string Percent(double ratio, int digits = 2) =>
        double.IsNaN(ratio) ? "–" : (ratio * 100).ToString("F" + digits, CultureInfo.InvariantCulture) + " %";

    public static string Loss(double loss) => loss.ToString(Math.Abs(loss) < 1000 ? "F4" : "G4", CultureInfo.InvariantCulture);

    /// <summary>"macro f1" for macro_f1.</summary>
    public static string Metric(string name) => name.Replace('_', ' ');

    /// <summary>In percent where the metric is a share.</summary>
    public static string Metric(string name, double value) => EpochMetric.Find(name)?.IsShare == true ? Percent(value) : Loss(value);

    public static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Fixed(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Rate(double learningRate) => learningRate.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>"0:07", "12:30", "1:02:03".</summary>
    public static string Duration(TimeSpan duration)
    {
        var seconds = (long)Math.Round(Math.Max(0, duration.TotalSeconds));
        return seconds < 3600 ? $"{seconds / 60}:{seconds % 60:00}" : $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}";
    }

    /// <summary>"512 B", "1.4 MB", "23.0 GB" (powers of 1000).</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var unit = 0;
        for (; bytes >= 999.95 && unit < units.Length - 1; unit++)
            bytes /= 1000;
        return bytes.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
