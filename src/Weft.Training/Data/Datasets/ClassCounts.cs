namespace Weft.Training;

/// <summary>
/// How many samples of each class a part of a data set holds (or any list of labels). Whoever divides, limits, averages or reports asks here which
/// classes occur.
/// </summary>
public sealed class ClassCounts
{
    /// <summary>Tables of classes by classes are made in every epoch; of so many they take 64 MB.</summary>
    internal const int MostClasses = 4_096;

    private const int NamesShown = 20;

    public ClassCounts(IReadOnlyList<int> perClass)
    {
        PerClass = perClass;
        Total = perClass.Sum();
    }

    public IReadOnlyList<int> PerClass { get; }

    public int Total { get; }

    /// <summary>The classes with a sample.</summary>
    public IReadOnlyList<int> Occurring => Where(count => count > 0);

    /// <summary>The classes without a sample.</summary>
    public IReadOnlyList<int> Absent => Where(count => count == 0);

    /// <summary>The classes with one sample.</summary>
    public IReadOnlyList<int> Single => Where(count => count == 1);

    public static ClassCounts Of(ReadOnlySpan<int> labels, int classCount)
    {
        var counts = new int[classCount];
        foreach (var label in labels)
            counts[label]++;
        return new ClassCounts(counts);
    }

    public static ClassCounts Of(ImageSamples samples, IEnumerable<int> indices, int classCount) => Of([.. indices.Select(samples.Label)], classCount);

    /// <summary>Counts all samples of a part.</summary>
    public static ClassCounts Of(ImageSamples samples, int classCount) => Of(samples, Enumerable.Range(0, samples.Count), classCount);

    /// <summary>The classes that occur here and not there.</summary>
    public IReadOnlyList<int> MissingIn(ClassCounts other) => [.. Occurring.Where(c => other.PerClass[c] == 0)];

    /// <summary>
    /// What a person should know about classes without a sample: "2 of 10 classes have no validation image: Coat, Bag (not measured by the accuracy)".
    /// </summary>
    /// <param name="part">"training", "validation" or "test".</param>
    /// <param name="consequence">What follows for these classes, however many: "not measured by the accuracy".</param>
    public static string AbsenceNote(IReadOnlyList<int> absent, IReadOnlyList<string> names, string part, string consequence) =>
        $"{absent.Count} of {names.Count} classes {(absent.Count == 1 ? "has" : "have")} no {part} image: {Names(absent, names)} ({consequence})";

    /// <summary>The first twenty names, and how many more there are.</summary>
    public static string Names(IReadOnlyList<int> classes, IReadOnlyList<string> names) =>
        string.Join(", ", classes.Take(NamesShown).Select(c => names[c])) + (classes.Count > NamesShown ? $" and {classes.Count - NamesShown} more" : "");

    /// <summary>Shares out <paramref name="wanted"/> samples in proportion to the classes' sizes: largest remainders, then the lower class.</summary>
    internal int[] Proportional(int wanted)
    {
        var quotas = PerClass.Select(size => (int)((long)size * wanted / Total)).ToArray();
        var open = wanted - quotas.Sum();
        foreach (var c in Enumerable.Range(0, quotas.Length).OrderByDescending(c => (long)PerClass[c] * wanted % Total).ThenBy(c => c).Take(open))
            quotas[c]++;
        return quotas;
    }

    /// <summary>
    /// As <see cref="Proportional"/>, but no class gets less than <paramref name="least"/> or more than <paramref name="most"/> of its size; what that moves
    /// is taken from, or given to, the classes that are farthest above, or below, their exact share. A bound that <paramref name="wanted"/> cannot hold for
    /// all classes is not held.
    /// </summary>
    internal int[] Within(int wanted, Func<int, int> least, Func<int, int> most)
    {
        int[] low = [.. PerClass.Select(least)], high = [.. PerClass.Select(most)];
        if (low.Sum() > wanted)
            low = new int[low.Length];
        if (high.Sum() < wanted)
            high = [.. PerClass];
        var quotas = Proportional(wanted).Select((quota, c) => Math.Clamp(quota, low[c], high[c])).ToArray();
        for (var open = wanted - quotas.Sum(); open != 0; open -= Math.Sign(open))
        {
            var step = Math.Sign(open);
            var free = Enumerable.Range(0, quotas.Length).Where(c => step > 0 ? quotas[c] < high[c] : quotas[c] > low[c]);
            quotas[free.MaxBy(c => step * ((long)PerClass[c] * wanted - (long)quotas[c] * Total))] += step;
        }

        return quotas;
    }

    private int[] Where(Func<int, bool> holds) => [.. Enumerable.Range(0, PerClass.Count).Where(c => holds(PerClass[c]))];
}
