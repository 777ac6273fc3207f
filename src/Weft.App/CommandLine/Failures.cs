using Weft.Training;

namespace Weft.App;

/// <summary>The one place that makes an error of an exception.</summary>
internal static class Failures
{
    /// <summary>What a person is told of an exception that no command caught.</summary>
    /// <param name="arguments">Those of the command, for the report of a crash.</param>
    public static WeftException ToError(Exception exception, IReadOnlyList<string> arguments) => exception switch
    {
        WeftException error => error,
        AggregateException { InnerExceptions: [var only] } => ToError(only, arguments),
        OutOfMemoryException => OutOfMemory(exception),
        // The last is what the runtime makes of a file that may not grow any more.
        IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { TargetSite.DeclaringType.Namespace: "System.IO" } =>
            DiskFailure.IsFull(exception)
                ? new WeftException(ErrorKind.DiskFull, "the disk is full", exception)
                {
                    Where = exception.Message, Safe = "checkpoints that were saved are intact", Next = new Advice("free some space and run the command again"),
                }
                : new WeftException(ErrorKind.IoError, "a file cannot be read or written", exception)
                {
                    Where = exception.Message, Safe = "checkpoints that were saved are intact",
                },
        _ => CrashReport.Write(exception, arguments),
    };

    private static WeftException OutOfMemory(Exception exception)
    {
        var limit = MemoryLimit.Current();
        return new WeftException(ErrorKind.OutOfMemory, "memory ran out", exception)
        {
            Where = limit.Source,
            Found = $"{exception.Message.TrimEnd('.')}; {Figures.Bytes(limit.Bytes)} may be used",
            Safe = "checkpoints that were saved are intact",
            Next = new Advice("try a smaller --set training.batch_size"),
        };
    }
}
