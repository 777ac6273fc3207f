using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class DataAuditCommand : DataVerb
{
    private const int ShownDuplicates = 5;
    private const int RareFactor = 10;
    private const int FewFiles = 10;
    private const int NamesShown = 20;

    private readonly Option<string?> _corrections = new("--corrections")
    {
        Description = "A file that says which labels are wrong; the data stay as they are.", HelpName = "FILE",
    };

    public DataAuditCommand(Screen screen)
        : base("audit", "Balance, duplicates, mean and deviation of the training files; the test files stay closed.", screen) => Options.Add(_corrections);

    protected override ExitCode Run(ParseResult parse, string name, DataOptions options, CancellationToken cancellationToken)
    {
        // An audit says what cannot be read, and looks at the rest.
        var data = DataSets.Open(
            name, options with { Picture = options.Picture with { SkipUnreadable = true }, Corrections = parse.GetValue(_corrections) }, cancellationToken);
        SayNotes(data);
        var split = DatasetSplit.Of(data, seed: 0);
        var audit = DatasetAudit.Of(data, split, cancellationToken: cancellationToken);
        Screen.People.WriteLine(
            $"{Printable.Escape(data.Name)} in {Printable.Escape(data.Folder ?? "memory")}, "
                + $"{(data.IsPublished ? "byte for byte as published" : "not the published files")}");
        var pictures = data.Summarize?.Invoke();
        if (pictures is not null)
            SayFiles(pictures);
        var nameWidth = Math.Max(5, data.ClassNames.Max(known => Printable.Escape(known).Length));
        Screen.People.WriteLine($"{"class".PadRight(nameWidth)}  {"train",7}  {"validation",10}");
        var largest = ClassCounts.Of(data.Train, data.ClassCount).PerClass.Max();
        for (var c = 0; c < data.ClassCount; c++)
        {
            var (train, validation) = (audit.Balance[0].Counts.PerClass[c], audit.Balance[1].Counts.PerClass[c]);
            var line = $"{Printable.Escape(data.ClassNames[c]).PadRight(nameWidth)}  {Figures.Count(train),7}  {Figures.Count(validation),10}";
            Screen.People.WriteLine($"{line}  {Remark(train, validation, largest)}".TrimEnd());
        }

        Screen.People.WriteLine(
            $"mean {Numbers(audit.Statistics.Mean)}, standard deviation {Numbers(audit.Statistics.StandardDeviation)} (of the "
                + $"{Figures.Count(split.Train.Count)} training images, 0…1 scale)");
        Screen.People.WriteLine($"checksum of the training files {audit.Checksums[0]}");
        SayDuplicates(data, "exact duplicates", audit.Exact);
        SayDuplicates(data, audit.NearIsCut ? "near duplicates, at least" : "near duplicates", audit.Near);
        Screen.People.WriteLine($"next: {CommandText.For(new TrainRun { Data = DataSets.IsPath(name) ? name : null })}");
        Screen.WriteJson(new DataAuditDocument
        {
            Name = data.Name,
            Folder = data.Folder,
            Fingerprint = data.Fingerprint,
            Published = data.IsPublished,
            TrainPerClass = audit.Balance[0].Counts.PerClass,
            ValidationPerClass = audit.Balance[1].Counts.PerClass,
            Mean = audit.Statistics.Mean,
            StandardDeviation = audit.Statistics.StandardDeviation,
            Duplicates = DuplicateEntry.Of(audit.Exact, data),
            NearDuplicates = DuplicateEntry.Of(audit.Near, data),
            NearDuplicatesCut = audit.NearIsCut,
            Pictures = pictures,
        });
        return ExitCode.Done;
    }

    private void SayFiles(PictureSummary pictures)
    {
        static string All(IEnumerable<NamedCount> counts) => string.Join(", ", counts.Select(count => $"{Figures.Count(count.Count)} {count.Name}"));
        Screen.People.WriteLine($"{Figures.Count(pictures.Files)} files ({Figures.Count(pictures.Links)} of them links) with "
            + $"{Figures.Count(pictures.Distinct)} different contents: {All(pictures.Formats)}");
        Screen.People.WriteLine($"{Figures.Count(pictures.IdenticalGroups)} groups of identical files, {Figures.Count(pictures.Contradictions)} of them in two "
            + "classes or more");
        if (pictures.Properties.Count > 0)
            Screen.People.WriteLine($"of them {All(pictures.Properties)}");
        Screen.People.WriteLine($"{Figures.Count(pictures.Unreadable.Count)} cannot be read");
        foreach (var picture in pictures.Unreadable.Take(NamesShown))
            Screen.People.WriteLine($"  {Printable.Escape(picture.Path)}  {Printable.Escape(picture.Reason)}");
        if (pictures.PerClass.Where(label => label.Count < FewFiles).ToList() is { Count: > 0 } small)
        {
            Screen.People.WriteLine($"classes of fewer than {FewFiles} files: "
                + string.Join(", ", small.Take(NamesShown).Select(label => $"{Printable.Escape(label.Name)} ({label.Count})"))
                + (small.Count > NamesShown ? ", …" : ""));
        }
    }

    // What the numbers of a class mean for a training; nothing where they mean nothing.
    private static string Remark(int train, int validation, int largest)
    {
        var all = train + validation;
        string?[] remarks =
        [
            all switch { 0 => "no image", 1 => "only one image", _ when validation == 0 => "no validation image", _ => null },
            all > 0 && largest / all >= RareFactor ? $"{largest / all} times rarer than the largest class" : null,
        ];
        return string.Join(", ", remarks.OfType<string>());
    }

    private void SayDuplicates(ImageDataset data, string kind, IReadOnlyList<DuplicateSamples> pairs)
    {
        var across = pairs.Count(pair => pair.CrossesParts);
        var contradicting = pairs.Count(pair => pair.LabelsDiffer);
        Screen.People.WriteLine($"{kind}: {Figures.Count(pairs.Count)} ({across} between training and validation, {contradicting} with different labels)");
        foreach (var pair in pairs.OrderByDescending(pair => pair.Correlation).Take(ShownDuplicates))
            Screen.People.WriteLine(
                $"  {Describe(data, pair.First)} ~ {Describe(data, pair.Second)}  correlation {pair.Correlation.ToString("F4", CultureInfo.InvariantCulture)}");
    }

    private static string Describe(ImageDataset data, SampleReference sample) => sample.Part != DataPart.Test && data.Paths is { } paths
        ? Printable.Escape(paths[sample.Index]) : $"{sample.Part.ToString().ToLowerInvariant()} #{sample.Index} (class {sample.Label})";

    private static string Numbers(IEnumerable<double> values) => string.Join(" ", values.Select(value => value.ToString("F4", CultureInfo.InvariantCulture)));
}
