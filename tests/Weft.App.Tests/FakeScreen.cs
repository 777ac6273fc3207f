using System.Text;

namespace Weft.App.Tests;

/// <summary>A screen that keeps what was written. Whatever a command advises must be a command that parses.</summary>
internal sealed class FakeScreen
{
    private const string Advice = "  do        weft ";

    private readonly Text _output = new();
    private readonly Text _error = new();

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

    // A test reads while the program still writes on another thread.
    private sealed class Text : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write([value]);

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            lock (_text)
                _text.Append(buffer);
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}
