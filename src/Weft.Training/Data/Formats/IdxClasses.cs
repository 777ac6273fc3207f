namespace Weft.Training;

/// <summary>The classes that the labels of a training file number: from 0, or from 1 where no label is 0, up to the largest.</summary>
internal sealed class IdxClasses
{
    private static readonly string[] LabelTexts = [.. Enumerable.Range(0, 256).Select(label => $"{label}")];

    private readonly ClassCounts _labels;
    private readonly int _first;

    private IdxClasses(ClassCounts labels)
    {
        _labels = labels;
        _first = labels.PerClass[0] == 0 ? 1 : 0;
        Names = LabelTexts[_first..(labels.Occurring[^1] + 1)];
    }

    /// <summary>Each class is called by its label.</summary>
    public IReadOnlyList<string> Names { get; }

    public IEnumerable<string> Notes
    {
        get
        {
            if (_first == 1)
                yield return $"the labels count from 1: the classes are 1 to {Names[^1]}";
            int[] holes = [.. _labels.Absent.Where(label => label >= _first && label < _first + Names.Count)];
            if (holes.Length > 0)
            {
                var (word, classes) = holes.Length == 1 ? ("label", "a class") : ("labels", $"{holes.Length} classes");
                yield return $"no training image has the {word} {Listed(holes)}: {classes} without samples";
            }
        }
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: there are no two classes.</exception>
    public static IdxClasses Of(IdxFile labels, string path, NextStep remedy)
    {
        var counts = Count(labels);
        return counts.Occurring.Count > 1 ? new IdxClasses(counts) : throw new DataFile(path, remedy).Damaged(
            "has labels that do not number classes", "its values", expected: "two or more classes with samples",
            found: $"one class: every label is {counts.Occurring[0]}");
    }

    /// <summary>Labels as numbers of classes from 0.</summary>
    public ReadOnlyMemory<int> Map(ReadOnlySpan<byte> labels) => Numbers(labels, _first);

    /// <summary>Labels as they stand in a file, as numbers of classes of which the first has the label <paramref name="first"/>.</summary>
    public static ReadOnlyMemory<int> Numbers(ReadOnlySpan<byte> labels, int first = 0)
    {
        var numbers = new int[labels.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = labels[i] - first;
        return numbers;
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetDamaged"/>: test labels have a class that training never saw.</exception>
    public void RequireKnown(IdxFile labels, string path)
    {
        var unknown = Count(labels).MissingIn(_labels);
        if (unknown.Count == 0)
            return;
        throw new DataFile(
            path, new Advice("leave the images of these classes out of the test files, or add some to the training files")).Damaged(
            "has labels that no training image has", "its values", expected: $"no other labels than {Listed(_labels.Occurring)}", found: Listed(unknown));
    }

    private static ClassCounts Count(IdxFile labels)
    {
        var counts = new int[256];
        foreach (var label in labels.Data.Span)
            counts[label]++;
        return new ClassCounts(counts);
    }

    private static string Listed(IReadOnlyList<int> labels) => ClassCounts.Names(labels, LabelTexts);
}
