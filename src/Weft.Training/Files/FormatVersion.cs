namespace Weft.Training;

/// <summary>The error for a file that says it was written by a newer version.</summary>
internal static class FormatVersion
{
    public static WeftException Newer(string where, int known, int found) => new(ErrorKind.NewerFormat, "this was written by a newer version of Weft")
    {
        Where = where,
        Expected = $"format {known} or older",
        Found = $"format {found}",
        Safe = "nothing was changed",
        Next = new UpdateProgram(),
    };
}
