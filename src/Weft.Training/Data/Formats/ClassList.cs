using System.Text;

namespace Weft.Training;

/// <summary>A file that names classes, a line each, in the order of their numbers.</summary>
internal static class ClassList
{
    private const int MaximumBytes = 1 << 22;

    /// <exception cref="WeftException">The file cannot be read, or does not name two classes or more.</exception>
    public static IReadOnlyList<string> Read(DataFile file)
    {
        var text = Encoding.UTF8.GetString(file.ReadAll(MaximumBytes)).TrimStart('\uFEFF');
        var names = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 1 && names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names
            : throw file.Damaged("does not name classes", "its lines", "two names or more, a line each, no two alike", $"{names.Length} names");
    }
}
