namespace Weft.Training;

/// <summary>A part of a data set whose pictures are plain numbers.</summary>
/// <param name="File">Where it was read, for messages.</param>
/// <param name="Labels">As the file has them.</param>
/// <param name="Fingerprint">Identifies what was read.</param>
internal sealed record ArrayPart(DataFile File, FeatureShape Shape, ReadOnlyMemory<byte> Pixels, int[] Labels, string Fingerprint)
{
    /// <value>How many of the last pictures the data set's maker set apart for validation.</value>
    public int ForValidation { get; init; }

    private static readonly NextStep TestRemedy =
        new Advice("leave the pictures of these classes out of the test part, or add some to the training part");

    /// <summary>What is said of files whose content nobody vouches for.</summary>
    public const string Unpublished =
        "this data set has no published checksum here: its content is what the files say, and the fingerprint is computed from them";

    /// <summary>The data set of a training part and a test part that is not opened yet.</summary>
    /// <param name="names">Those of the classes; null where each is called by its number.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: a label is no class, or there are no two.</exception>
    public ImageDataset ToDataset(string name, string folder, IReadOnlyList<string>? names, Func<ArrayPart> readTest, params IEnumerable<string> notes)
    {
        var classes = names ?? [.. Enumerable.Range(0, Math.Clamp(Labels.Append(0).Max(), 0, ClassCounts.MostClasses - 1) + 1).Select(label => $"{label}")];
        var counts = Counts(classes);
        if (counts.Occurring.Count < 2)
        {
            throw File.Damaged("has labels that do not number classes", "its values", expected: "two or more classes with samples",
                found: counts.Occurring.Count == 0 ? "no sample" : $"one class: every label is {counts.Occurring[0]}");
        }

        return new ImageDataset(name, ToSamples(), () => readTest().RequireLike(this, counts, classes).ToSamples(), classes)
        {
            Folder = Path.GetFullPath(folder),
            Notes = [Unpublished, .. notes],
            GivenValidation = ForValidation == 0 ? null : [.. Enumerable.Range(Labels.Length - ForValidation, ForValidation)],
        };
    }

    /// <summary>These pictures and then those that were set apart for validation.</summary>
    public ArrayPart With(ArrayPart validation)
    {
        validation.RequireSize(this);
        DataFile.RequireMemory(2L * (Pixels.Length + validation.Pixels.Length));
        return this with
        {
            Pixels = (byte[])[.. Pixels.Span, .. validation.Pixels.Span],
            Labels = [.. Labels, .. validation.Labels],
            ForValidation = validation.Labels.Length,
            Fingerprint = ImageSamples.Combine(Fingerprint, validation.Fingerprint),
        };
    }

    private ImageSamples ToSamples() => new(Shape, Pixels, Labels, Fingerprint);

    private ArrayPart RequireLike(ArrayPart train, ClassCounts trained, IReadOnlyList<string> classes)
    {
        RequireSize(train);
        var unknown = Counts(classes).MissingIn(trained);
        return unknown.Count == 0 ? this : throw (File with { Remedy = TestRemedy }).Damaged(
            "has labels that no training image has", "its values", expected: $"no other labels than {ClassCounts.Names(trained.Occurring, classes)}",
            found: ClassCounts.Names(unknown, classes));
    }

    private void RequireSize(ArrayPart train)
    {
        if (Shape != train.Shape)
            throw File.Damaged("has pictures of another size than training", "its sizes", $"{train.Shape}", $"{Shape}");
    }

    private ClassCounts Counts(IReadOnlyList<string> classes)
    {
        var counts = new int[classes.Count];
        for (var i = 0; i < Labels.Length; i++)
        {
            if ((uint)Labels[i] >= counts.Length)
                throw File.Damaged("has a label that is no class", $"label {i:N0}", $"0 to {counts.Length - 1}", $"{Labels[i]}");
            counts[Labels[i]]++;
        }

        return new ClassCounts(counts);
    }
}
