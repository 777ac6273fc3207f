using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace Weft.Training;

/// <summary>A data set divided for a run: what is trained on, what is chosen by, and the statistics that normalize both.</summary>
internal sealed record TrainingData(ImageDataset Dataset, DatasetSplit Split, DatasetStatistics Statistics)
{
    /// <summary>What a person should know about the division: classes that are missing from a part, limits that did not keep the first samples.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>The notes as a training reports them.</summary>
    internal IReadOnlyList<Warned> Warnings => [.. Notes.Select(note => new Warned("classes", note, null))];

    /// <summary>The note on classes that have images but none to validate with; null where every class has one.</summary>
    public string? ValidationGap { get; private init; }

    /// <summary>Identifies the images that are validated with: SHA-256 over their numbers, a line each; lower-case hexadecimal.</summary>
    public string ValidationFingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(Split.Validation.Select(index => $"{index}\n")))));

    /// <summary>
    /// Divides the training files, a pure function of its arguments; the statistics are those of the whole training split, also where only a part of it is
    /// used.
    /// </summary>
    /// <param name="rule">A run that is taken up has its own, <see cref="RunData.SplitRule"/>.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: no sample would be left to train on or to validate with, or a limit is less than the number of classes.
    /// </exception>
    public static TrainingData Prepare(ImageDataset dataset, DataConfiguration options, SplitRule rule = SplitRule.EveryClass)
    {
        if (options.ValidationCount >= dataset.Train.Count)
        {
            throw new WeftException(ErrorKind.InvalidInput, "no sample would be left to train on")
            {
                Where = "data.validation_count", Expected = $"less than {dataset.Train.Count}",
                Found = $"{options.ValidationCount}", Safe = "nothing was touched",
            };
        }

        if (dataset.ClassCount > RunLimits.Classes)
        {
            throw new WeftException(ErrorKind.InvalidInput, "there are more classes than a run can have")
            {
                Where = dataset.Folder, Expected = Invariant($"at most {RunLimits.Classes:N0}"), Found = Invariant($"{dataset.ClassCount:N0}"),
                Safe = "nothing was touched",
                Next = new Advice("join classes, or leave some out: is each picture in a folder of its own?"),
            };
        }

        var whole = DatasetSplit.Of(dataset, options.SplitSeed, rule, options.ValidationCount);
        RequireBothParts(dataset, whole);
        if (rule != SplitRule.Proportional)
        {
            RequireEveryClass(dataset, options, whole.Train, options.LimitTrain, "training", "data.limit_train");
            RequireEveryClass(dataset, options, whole.Validation, options.LimitValidation, "validation", "data.limit_validation");
        }

        var used = whole.Limit(dataset, options.LimitTrain, options.LimitValidation, rule);
        var all = ClassCounts.Of(dataset.Train, dataset.ClassCount);
        var unvalidated = all.MissingIn(ClassCounts.Of(dataset.Train, used.Validation, dataset.ClassCount));
        var untrained = all.MissingIn(ClassCounts.Of(dataset.Train, used.Train, dataset.ClassCount));
        var gap = unvalidated.Count == 0 ? null : ClassCounts.AbsenceNote(
            unvalidated, dataset.ClassNames, "validation", "not measured by the validation accuracy" + Reason(all, unvalidated, used.Validation.Count));
        string?[] notes =
        [
            DrawnNote(dataset, whole.Train, used.Train, "training"),
            DrawnNote(dataset, whole.Validation, used.Validation, "validation"),
            gap,
            untrained.Count == 0 ? null : ClassCounts.AbsenceNote(untrained, dataset.ClassNames, "training", "cannot be learned"),
        ];
        return new TrainingData(dataset, used, DatasetStatistics.Of(dataset.Train, whole.Train)) { Notes = [.. notes.OfType<string>()], ValidationGap = gap };
    }

    /// <summary>How many samples of each class are trained on.</summary>
    public ClassCounts TrainedClasses => ClassCounts.Of(Dataset.Train, Split.Train, Dataset.ClassCount);

    public int StepsPerEpoch(int batchSize) => (Split.Train.Count + batchSize - 1) / batchSize;

    public Preprocessing Preprocessing => new(Dataset.Shape.Height, Dataset.Shape.Width, Dataset.Shape.Channels, Statistics.Mean, Statistics.StandardDeviation);

    /// <summary>
    /// Which picture stands on which side, as a table <c>index,path,label,split,group</c>; null where samples have no files. The index is the one of a
    /// table of predictions.
    /// </summary>
    public string? SplitTable()
    {
        if (Dataset.Paths is not { } paths)
            return null;
        var table = new CsvText("index", "path", "label", "split", "group");
        foreach (var (part, index) in Split.Train.Select(i => ("train", i)).Concat(Split.Validation.Select(i => ("validation", i))).OrderBy(row => row.Item2))
            table.Add(index, paths[index], Dataset.ClassNames[Dataset.Train.Label(index)], part, Dataset.Groups?[index]);
        return table.ToString();
    }

    public RunData Describe(long splitSeed) => new(
        Dataset.Name, Dataset.Fingerprint, Split.Train.Count, Split.Validation.Count, splitSeed, Statistics.Mean, Statistics.StandardDeviation,
        Dataset.ClassNames)
    {
        ValidationFingerprint = ValidationFingerprint,
    };

    // Groups that are whole classes, or labels that are all left out, leave a part empty.
    private static void RequireBothParts(ImageDataset dataset, DatasetSplit split)
    {
        if (split.Train.Count > 0 && split.Validation.Count > 0)
            return;
        var groups = dataset.Groups?.Distinct().Count() ?? dataset.Train.Count;
        throw new WeftException(ErrorKind.InvalidInput, $"no sample would be left to {(split.Train.Count == 0 ? "train on" : "validate with")}")
        {
            Where = dataset.Groups is null ? dataset.Name : "data.group_pattern",
            Expected = $"pictures that can stand on two sides: several groups in each of {dataset.ClassCount} classes",
            Found = $"{dataset.Train.Count} pictures in {groups} group{(groups == 1 ? "" : "s")}, {dataset.Train.LeftOut.Count} of them left out",
            Safe = "nothing was touched",
            Next = new Advice("let a group be what belongs together within a class: a file's day, film or patient, not its folder"),
        };
    }

    private static void RequireEveryClass(ImageDataset dataset, DataConfiguration options, IReadOnlyList<int> part, int? limit, string name, string key)
    {
        var classes = ClassCounts.Of(dataset.Train, part, dataset.ClassCount).Occurring.Count;
        if (limit is not { } count || count >= Math.Min(classes, part.Count))
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"so few {name} images cannot hold one of each class")
        {
            Where = key, Expected = $"at least {classes}, one of each class", Found = $"{count}", Safe = "nothing was touched",
            Next = new TrainRun { Data = options.Folder, Changes = [new ConfigurationValue(key, $"{classes}", "limit")] },
        };
    }

    private static string? DrawnNote(ImageDataset dataset, IReadOnlyList<int> whole, IReadOnlyList<int> used, string name)
    {
        if (used.SequenceEqual(whole.Take(used.Count)))
            return null;
        var first = ClassCounts.Of(dataset.Train, whole.Take(used.Count), dataset.ClassCount);
        var lost = ClassCounts.Of(dataset.Train, whole, dataset.ClassCount).MissingIn(first);
        return $"the first {used.Count:N0} {name} images would lose {lost.Count} of {dataset.ClassCount} classes"
            + $" ({ClassCounts.Names(lost, dataset.ClassNames)}): "
            + "so many were taken of each class as its share is, one at least";
    }

    private static string Reason(ClassCounts all, IReadOnlyList<int> unvalidated, int count) =>
        unvalidated.All(c => all.PerClass[c] == 1) ? "; a class with one image keeps it for training"
        : count < all.Occurring.Count ? $"; data.validation_count: {count:N0}, and there are {all.Occurring.Count} classes"
        : "";
}
