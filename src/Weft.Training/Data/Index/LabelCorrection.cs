namespace Weft.Training;

/// <summary>A row of a corrections file: what a person found out about the label of a picture.</summary>
/// <param name="Path">Where the picture lies, relative to the data set; a number for data without picture files.</param>
/// <param name="Sha256">The hash of the picture's file, or of its pixels where it has none; empty where nobody knew it.</param>
/// <param name="From">The class that the picture had.</param>
/// <param name="To">Its class; <paramref name="From"/> keeps it, nothing leaves the picture out, and <see cref="Ambiguous"/> does so because nobody can tell.
/// </param>
internal sealed record LabelCorrection(string Path, string Sha256, string From, string To)
{
    /// <summary>Stands for a picture whose class nobody can tell.</summary>
    public const string Ambiguous = "?";

    public string Reason { get; init; } = "";

    public string By { get; init; } = "";

    /// <value>The day, as 2026-11-28.</value>
    public string Date { get; init; } = "";

    /// <summary>What stands in a column of the file; empty where it is none of these.</summary>
    public string Field(string column) => column switch
    {
        "path" => Path,
        "sha256" => Sha256,
        "from" => From,
        "to" => To,
        "reason" => Reason,
        "by" => By,
        "date" => Date,
        _ => "",
    };

    /// <summary>Whether the picture is neither trained on nor measured.</summary>
    public bool LeavesOut => To is "" or Ambiguous;
}
