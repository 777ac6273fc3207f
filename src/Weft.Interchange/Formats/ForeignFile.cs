using Weft.Training;

namespace Weft.Interchange;

/// <summary>What is said of files that other programs wrote, whatever their format.</summary>
internal static class ForeignFile
{
    private const int MostDimensions = 8;

    /// <summary>A tensor's shape, once its product is known to be the number of values that there are.</summary>
    public static int[]? Shape(IReadOnlyCollection<long> sizes, long values) =>
        sizes.Count <= MostDimensions && SizeLimit.Product(values, [.. sizes]) == values ? [.. sizes.Select(size => (int)size)] : null;

    public static WeftException Damaged(string format, string where, string found, Exception? cause = null) =>
        new(ErrorKind.InvalidInput, $"this {format} file cannot be read", cause) { Where = where, Found = found, Safe = "nothing was written" };
}
