namespace Weft.Training;

/// <summary>Text that the system makes as it is read (<c>/proc</c>, <c>/sys</c>): a regular file by its type, but without a length.</summary>
internal static class SystemTable
{
    /// <summary>Null where there is no such table, or it is not for this user.</summary>
    public static string? Text(string path)
    {
        try
        {
            return PathKinds.Of(path, followLinks: true) == PathKind.Regular ? File.ReadAllText(path) : null;
        }
        catch (Exception refused) when (DiskFailure.Is(refused))
        {
            return null;
        }
    }
}
