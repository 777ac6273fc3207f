using System.Globalization;

namespace Weft.Training;

/// <summary>
/// The version of what a file says next to its tensors. Other programs want the entry <c>format</c> to say <c>pt</c>, PyTorch's layout of tensors; files of
/// Weft 0.1 have the version there.
/// </summary>
internal static class FormatVersion
{
    private const string LayoutKey = "format";
    private const string Layout = "pt";
    private const string VersionKey = "weft.format";

    /// <summary>The entries of a file of this version.</summary>
    public static KeyValuePair<string, string>[] Entries(int version) =>
        [new(LayoutKey, Layout), new(VersionKey, version.ToString(CultureInfo.InvariantCulture))];

    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: the file is of a version that nobody here knows.</exception>
    /// <exception cref="KeyNotFoundException">The file says no version.</exception>
    /// <exception cref="FormatException">Its version is no number.</exception>
    public static void RequireKnown(IReadOnlyDictionary<string, string> metadata, int known, string where)
    {
        var text = metadata[metadata[LayoutKey] == Layout ? VersionKey : LayoutKey];
        if (int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) is var version && version > known)
            throw Newer(where, known, version);
    }

    /// <summary>The error for a file that says it was written by a newer version.</summary>
    public static WeftException Newer(string where, int known, int found) => new(ErrorKind.NewerFormat, "this was written by a newer version of Weft")
    {
        Where = where,
        Expected = $"format {known} or older",
        Found = $"format {found}",
        Safe = "nothing was changed",
        Next = new UpdateProgram(),
    };
}
