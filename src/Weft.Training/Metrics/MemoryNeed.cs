using System.Globalization;

namespace Weft.Training;

/// <param name="What">"network", "data set"</param>
public readonly record struct MemoryPart(string What, long Bytes);

/// <summary>
/// What a piece of work takes of memory, part by part, known before it is taken. <c>weft plan</c> prints it, and nothing begins that does not fit.
/// </summary>
public sealed record MemoryNeed(IReadOnlyList<MemoryPart> Parts)
{
    /// <summary>
    /// What the runtime, the program's code and everything small takes. Measured as the highest resident memory of a short training less the other parts: 67 MB
    /// for cnn4 and for cnn5, rounded up so that eng/memorytest.cs finds no limit under which a training that was let begin does not end.
    /// </summary>
    public const long RuntimeBytes = 80_000_000;

    private const int ReadingCopies = 2; // a checkpoint that is read is there as its file's bytes and as its tensors
    private const int BatchCopies = 6; // a training's loader has three batches, a validation's as many

    public long Bytes => Parts.Sum(part => part.Bytes);

    /// <summary>What the program needs before it holds any data or network.</summary>
    public static MemoryNeed OfProgram { get; } = new([new MemoryPart("the program", RuntimeBytes)]);

    /// <summary>A training as configured.</summary>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    public static MemoryNeed OfTraining(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, bool readsCheckpoint = false)
    {
        var network = Network.MeasureMemory(description, device, configuration.CompileOptions);
        var state = (configuration.Optimizer is SgdOptions ? 1 : 2) * network.ParameterBytes;
        var averages = configuration.Training.EmaDecay is null ? 0 : network.StateBytes;
        var checkpoint = network.StateBytes + state + averages;
        return new MemoryNeed(
        [
            .. OfProgram.Parts, new("the data set", samples.Images.Length + (long)samples.Labels.Length), new("the network", network.Bytes),
            new("the optimizer", state + averages + (configuration.Sam.Rho is null ? 0 : network.StateBytes)),
            new("checkpoints", (readsCheckpoint ? ReadingCopies + 1 : 1) * checkpoint),
            new("batches", BatchCopies * (long)configuration.Training.BatchSize * description.Input.Length * sizeof(float)),
        ]);
    }

    /// <summary>Refuses a training that does not fit, with the command of a smaller batch that does.</summary>
    /// <param name="commandLine">As typed; empty where the training goes on with a run, whose batch size cannot change.</param>
    /// <param name="readsCheckpoint">Whether it begins with reading a checkpoint.</param>
    /// <exception cref="WeftException">Exit 42.</exception>
    public static void RequireTraining(
        RunConfiguration configuration, NetworkDescription description, Device device, ImageSamples samples, MemoryLimit limit,
        IReadOnlyList<string> commandLine, bool readsCheckpoint = false)
    {
        MemoryNeed Of(int batchSize)
        {
            var smaller = configuration with { Training = configuration.Training with { BatchSize = batchSize } };
            return OfTraining(smaller, description, device, samples, readsCheckpoint);
        }

        var batchSize = configuration.Training.BatchSize;
        Of(batchSize).RequireWithin(limit, () => SmallerBatch.Advice(commandLine, batchSize, smaller => Of(smaller).Bytes <= limit.Bytes));
    }

    /// <summary>A checkpoint's file that is read.</summary>
    public static MemoryNeed OfReading(long fileBytes) => OfProgram.With("the checkpoint", ReadingCopies * fileBytes);

    /// <summary>A network that only classifies, and what it was read from.</summary>
    /// <param name="samples">Bytes that are held of a data set; 0 where pictures come one by one.</param>
    public static MemoryNeed OfInference(TrainedModel model, Device device, CompileOptions options, long samples)
    {
        var network = Network.MeasureMemory(model.Description, device, options);
        return new MemoryNeed(
        [
            .. OfProgram.Parts, new("the data set", samples), new("the network", network.Bytes), new("the checkpoint", model.FileBytes + model.Weights.Sum(tensor => (long)tensor.Values.Length) * sizeof(float)),
            new("batches", BatchCopies * (long)options.BatchSize * model.Shape.Length * sizeof(float)),
        ]);
    }

    /// <summary>This need and one part more.</summary>
    public MemoryNeed With(string what, long bytes) => new([.. Parts, new MemoryPart(what, bytes)]);

    /// <param name="advice">A command that would fit, if one is known. Asked only where this one does not.</param>
    /// <exception cref="WeftException">Exit 42: it does not fit; with the numbers.</exception>
    public void RequireWithin(MemoryLimit limit, Func<string?>? advice = null)
    {
        if (Bytes <= limit.Bytes)
            return;
        var parts = Parts.Where(part => part.Bytes > 0).Select(part => $"{Megabytes(part.Bytes)} for {part.What}");
        throw new WeftException(ExitCode.OutOfMemory, $"{Megabytes(Bytes)} of memory are needed and {Megabytes(limit.Bytes, isLimit: true)} may be used")
        {
            Where = limit.Source,
            Expected = $"at least {Megabytes(Bytes)}: {string.Join(", ", parts)}",
            Found = Megabytes(limit.Bytes, isLimit: true),
            Safe = "nothing was begun; runs and checkpoints are as they were",
            Do = advice?.Invoke() ?? "raise that limit, or use a machine with more memory",
        };
    }

    // A need is rounded up and a limit down, so that the two never look alike.
    private static string Megabytes(long bytes, bool isLimit = false) =>
        string.Create(CultureInfo.InvariantCulture, $"{(isLimit ? Math.Floor(bytes / 1e5) : Math.Ceiling(bytes / 1e5)) / 10:F1} MB");
}
