namespace Weft.Training;

/// <summary>What people call the parts of a data set.</summary>
internal static class PartNames
{
    /// <summary>The part that a name means, in upper or lower case; <see cref="GivenPart.None"/> where it means none.</summary>
    public static GivenPart Of(string name) => name.ToLowerInvariant() switch
    {
        "train" or "training" => GivenPart.Train,
        "val" or "valid" or "validation" or "dev" => GivenPart.Validation,
        "test" or "testing" => GivenPart.Test,
        _ => GivenPart.None,
    };

    /// <summary>Whether all names mean parts, one of them training: two or more of them divide a data set.</summary>
    public static bool Divide(IReadOnlyCollection<string> names) =>
        names.Count > 1 && names.All(name => Of(name) != GivenPart.None) && names.Any(name => Of(name) == GivenPart.Train);
}
