using System.CommandLine;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class DataAuditCommand(Screen screen) : DataVerb("audit", "Balance, duplicates, mean and deviation of the training files; the test files stay closed.", screen)
{
    private const int ShownDuplicates = 5;

    protected override ExitCode Run(ParseResult parse, string name, DataOptions options, CancellationToken cancellation)
    {
        var data = DataSets.Open(name, options, cancellation);
        SayNotes(data);
        var split = DatasetSplit.Of(data, seed: 0);
        var audit = DatasetAudit.Of(data, split);
        Screen.People.WriteLine($"{Printable.Escape(data.Name)} in {Printable.Escape(data.Folder ?? "memory")}, {(data.IsPublished ? "byte for byte as published" : "not the published files")}");
        var nameWidth = Math.Max(5, data.ClassNames.Max(known => Printable.Escape(known).Length));
        Screen.People.WriteLine($"{"class".PadRight(nameWidth)}  {"train",7}  {"validation",10}");
        for (var c = 0; c < data.ClassCount; c++)
            Screen.People.WriteLine($"{Printable.Escape(data.ClassNames[c]).PadRight(nameWidth)}  {Figures.Count(audit.TrainPerClass[c]),7}  {Figures.Count(audit.ValidationPerClass[c]),10}");
        Screen.People.WriteLine($"mean {Numbers(audit.Statistics.Mean)}, standard deviation {Numbers(audit.Statistics.StandardDeviation)} (of the {Figures.Count(split.Train.Count)} training images, 0…1 scale)");
        SayDuplicates(audit);
        Screen.WriteJson(ToJson(data, audit));
        return ExitCode.Done;
    }

    private void SayDuplicates(DatasetAudit audit)
    {
        var across = audit.Duplicates.Count(pair => pair.CrossesSplit);
        var contradicting = audit.Duplicates.Count(pair => pair.LabelsDiffer);
        Screen.People.WriteLine($"exact duplicates: {Figures.Count(audit.Duplicates.Count)} ({across} between training and validation, {contradicting} with different labels)");
        foreach (var pair in audit.Duplicates.Take(ShownDuplicates))
            Screen.People.WriteLine($"  #{pair.First} = #{pair.Second}");
    }

    private static string Numbers(IEnumerable<double> values) => string.Join(" ", values.Select(value => value.ToString("F4", System.Globalization.CultureInfo.InvariantCulture)));

    private static JsonObject ToJson(ImageDataset data, DatasetAudit audit) => new()
    {
        ["name"] = data.Name,
        ["folder"] = data.Folder,
        ["fingerprint"] = data.Fingerprint,
        ["published"] = data.IsPublished,
        ["train_per_class"] = new JsonArray([.. audit.TrainPerClass.Select(count => JsonValue.Create(count))]),
        ["validation_per_class"] = new JsonArray([.. audit.ValidationPerClass.Select(count => JsonValue.Create(count))]),
        ["mean"] = new JsonArray([.. audit.Statistics.Mean.Select(value => JsonValue.Create(value))]),
        ["standard_deviation"] = new JsonArray([.. audit.Statistics.StandardDeviation.Select(value => JsonValue.Create(value))]),
        ["duplicates"] = new JsonArray([.. audit.Duplicates.Select(pair => new JsonArray(pair.First, pair.Second))]),
    };
}
