using System.Text.Json;
using Weft.Mpi;

namespace Weft.App;

/// <summary>
/// Where a command talks. What is for people goes to <see cref="People"/>; the one JSON object of <c>--json</c> goes alone to standard output, and people
/// read standard error then.
/// </summary>
internal sealed class Screen(TextWriter output, TextWriter error)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <value>Whether standard output shows to a person at once, with a cursor that can be moved. Default: false.</value>
    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <value>Whether colours are welcome on a terminal. Default: false.</value>
    public bool Colors { get; init; }

    /// <value>Columns of the terminal, asked anew each time as people resize windows. Default: 80.</value>
    public Func<int> MeasureWidth { get; init; } = () => 80;

    /// <value>Lines of the terminal, asked anew each time. Default: 24.</value>
    public Func<int> MeasureHeight { get; init; } = () => 24;

    public bool Json { get; set; }

    public bool Quiet { get; set; }

    public bool Debug { get; set; }

    public TextWriter People => Quiet ? TextWriter.Null : Json ? Error : Output;

    public bool PeopleHaveTerminal => !Quiet && (Json ? ErrorIsTerminal : OutputIsTerminal);

    public int Width => Math.Clamp(MeasureWidth(), 10, 160);

    public int Height => MeasureHeight();

    /// <summary>Writes the command's result as the last line of standard output, if <c>--json</c> was given.</summary>
    public void WriteJson<T>(T document)
    {
        if (!Json)
            return;
        Output.WriteLine(JsonSerializer.Serialize(document, DocumentJson.Of<T>()));
        Output.Flush();
    }

    /// <summary>The screen of this process.</summary>
    public static Screen OfProcess()
    {
        // A launcher may give each process a terminal of its own, and mixes what they write: the runtime's own codes for terminals would be part of it.
        var isLaunched = MpiLaunch.Of(Environment.GetEnvironmentVariable) is not null;
        if (isLaunched)
            Environment.SetEnvironmentVariable("TERM", "dumb");
        var (output, error) = (new LastingWriter(StandardStreams.OpenOutput()), new LastingWriter(StandardStreams.OpenError()));
        if (isLaunched)
            return new Screen(output, error);
        var dumb = Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new Screen(output, error)
        {
            OutputIsTerminal = StandardStreams.OutputIsTerminal && !dumb,
            ErrorIsTerminal = StandardStreams.ErrorIsTerminal && !dumb,
            Colors = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            MeasureWidth = () => OfConsole(() => Console.WindowWidth, 80),
            MeasureHeight = () => OfConsole(() => Console.WindowHeight, 24),
        };
    }

    private static int OfConsole(Func<int> measure, int usual)
    {
        try
        {
            return measure() is var size and > 0 ? size : usual;
        }
        catch (IOException)
        {
            return usual; // no console at all: nobody is looking
        }
    }
}
