using System.Globalization;

namespace Weft.Training;

/// <param name="What">"network", "data set"</param>
internal readonly record struct MemoryPart(string What, long Bytes);

/// <summary>
/// What a piece of work takes of memory, part by part, known before it is taken. Nothing begins that does not fit.
/// </summary>
internal sealed record MemoryNeed(IReadOnlyList<MemoryPart> Parts)
{
    /// <summary>
    /// What the runtime, the program's code and everything small takes. Measured as the highest resident memory of a short training less the other parts: 67 MB
    /// for cnn4 and for cnn5, rounded up so that eng/memorytest.cs finds no limit under which a training that was let begin does not end.
    /// </summary>
    public const long RuntimeBytes = 80_000_000;

    internal const int ReadingCopies = 2; // a checkpoint that is read is there as its file's bytes and as its tensors
    private const int BatchCopies = 6; // a training's loader has three batches, a validation's as many

    public long Bytes => Parts.Sum(part => part.Bytes);

    /// <summary>What the program needs before it holds any data or network.</summary>
    public static MemoryNeed OfProgram { get; } = new([new MemoryPart("the program", RuntimeBytes)]);

    /// <summary>A checkpoint's file that is read.</summary>
    public static MemoryNeed OfReading(long fileBytes) => OfProgram.With("the checkpoint", ReadingCopies * fileBytes);

    /// <summary>This need and that of the batches of a loader, or of a validation, on their way to a network.</summary>
    internal MemoryNeed WithBatches(int batchSize, FeatureShape shape) => With("batches", BatchCopies * (long)batchSize * shape.Length * sizeof(float));

    /// <summary>This need and one part more.</summary>
    public MemoryNeed With(string what, long bytes) => new([.. Parts, new MemoryPart(what, bytes)]);

    /// <param name="advice">What would fit, if anything is known that does. Asked only where this one does not.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.OutOfMemory"/>: it does not fit; with the numbers.</exception>
    public void RequireWithin(MemoryLimit limit, Func<NextStep?>? advice = null)
    {
        if (Bytes <= limit.Bytes)
            return;
        var parts = Parts.Where(part => part.Bytes > 0).Select(part => $"{Megabytes(part.Bytes)} for {part.What}");
        throw new WeftException(ErrorKind.OutOfMemory, $"{Megabytes(Bytes)} of memory are needed and {Megabytes(limit.Bytes, isLimit: true)} may be used")
        {
            Where = limit.Source,
            Expected = $"at least {Megabytes(Bytes)}: {string.Join(", ", parts)}",
            Found = Megabytes(limit.Bytes, isLimit: true),
            Safe = "nothing was begun; runs and checkpoints are as they were",
            Next = advice?.Invoke() ?? new Advice("raise that limit, or use a machine with more memory"),
        };
    }

    // A need is rounded up and a limit down, so that the two never look alike.
    private static string Megabytes(long bytes, bool isLimit = false) =>
        string.Create(CultureInfo.InvariantCulture, $"{(isLimit ? Math.Floor(bytes / 1e5) : Math.Ceiling(bytes / 1e5)) / 10:F1} MB");
}
