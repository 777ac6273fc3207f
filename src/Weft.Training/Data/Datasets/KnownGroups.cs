using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>What pictures belong to by their names, or as the data set's maker says: a patient, an object, a video.</summary>
internal sealed class KnownGroups(DatasetIndex index, Regex? pattern)
{
    private readonly HashSet<string> _sharedNames = SharedNames(index);

    /// <summary>The name of a picture's group; null where it belongs to none.</summary>
    public string? Of(IndexedPicture picture)
    {
        if (picture.Group is not null)
            return picture.Group;
        if (pattern?.Match(picture.Path) is { Success: true } match)
            return match.Groups["group"] is { Success: true } named ? named.Value : match.Value;
        // Roboflow writes several augmented versions of one photograph, told by what comes after ".rf.".
        var name = Path.GetFileName(picture.Path);
        if (name.IndexOf(".rf.", StringComparison.Ordinal) is var at and > 0)
            return name[..at];
        return SharedName(picture) is var shared && _sharedNames.Contains(shared) ? shared : null;
    }

    // The same name in several folders of one class is one thing seen several times: by several cameras, makers, days. Unless next to none are.
    private static HashSet<string> SharedNames(DatasetIndex index)
    {
        const double Few = 0.1;
        var shared = index.Pictures.GroupBy(SharedName)
            .Where(same => same.Select(picture => Path.GetDirectoryName(picture.Path)).Distinct().Skip(1).Any()).ToList();
        return shared.Sum(same => same.Count()) >= Few * index.Pictures.Count ? [.. shared.Select(same => same.Key)] : [];
    }

    private static string SharedName(IndexedPicture picture) => $"{picture.Label}/{Path.GetFileNameWithoutExtension(picture.Path)}";
}
