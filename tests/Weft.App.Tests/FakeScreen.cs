namespace Weft.App.Tests;

/// <summary>A screen that keeps what was written. Whatever a command advises must be a command that parses.</summary>
internal sealed class FakeScreen
{
    private const string Advice = "  do        weft ";

    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public FakeScreen(int width = 80, bool terminal = false) : this(() => width, terminal) { }

    public FakeScreen(Func<int> width, bool terminal = true) => Screen = new Screen(_output, _error)
    {
        OutputIsTerminal = terminal, ErrorIsTerminal = terminal, MeasureWidth = width,
    };

    public Screen Screen { get; }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>The lines of standard output, without the empty one at the end.</summary>
    public string[] OutputLines => Output.TrimEnd('\n').Split('\n');

    public static (int Code, FakeScreen Screen) Run(params string[] arguments)
    {
        var screen = new FakeScreen();
        var code = (int)App.Run(arguments, screen.Screen);
        foreach (var line in screen.Error.Split('\n').Where(line => line.StartsWith(Advice, StringComparison.Ordinal)))
        {
            var mistake = PastedCommand.Mistake(line[Advice.IndexOf("weft", StringComparison.Ordinal)..]);
            Assert.True(mistake is null, $"{line}\n{mistake}");
        }

        return (code, screen);
    }
}
