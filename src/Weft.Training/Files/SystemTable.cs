namespace Weft.Training;

/// <summary>Text that the system makes as it is read (<c>/proc</c>, <c>/sys</c>): a regular file by its type, but without a length.</summary>
internal static class SystemTable
{
    /// <summary>Empty where there is no such table, or it is not for this user.</summary>
    public static IReadOnlyList<string> Lines(string path)
    {
        try
        {
            return PathKinds.Of(path, followLinks: true) == PathKind.Regular ? File.ReadAllLines(path) : [];
        }
        catch (Exception refused) when (DiskFailure.Is(refused))
        {
            return [];
        }
    }
}
