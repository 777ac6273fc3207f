using System.Diagnostics;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using Weft.Training;

namespace Weft.App;

/// <summary>A row an epoch that stays, and below it a bar and the figures of the moment, drawn again a few times a second.</summary>
internal sealed class LiveProgress(Screen screen, TrainingState state) : ProgressView
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly IAnsiConsole _console = Console(screen);
    private LiveDisplayContext? _live;
    private long _drawn;

    public override void While(Action work)
    {
        _console.MarkupLine($"[grey]{EpochTable.Header(screen.Width)}[/]");
        var live = _console.Live(Frame());
        live.AutoClear = true;
        live.Start(context =>
        {
            lock (_gate)
                _live = context;
            try
            {
                work();
            }
            finally
            {
                lock (_gate)
                    _live = null;
            }
        });
    }

    public override void Show(RunEvent happened)
    {
        lock (_gate)
        {
            state.Apply(happened);
            if (happened is EpochDone epoch)
                _console.MarkupLine(epoch.IsBest ? $"[green]{EpochTable.Row(epoch, screen.Width)}[/]" : EpochTable.Row(epoch, screen.Width));
            else if (happened is Warned warning)
                _console.MarkupLine($"[yellow]{Markup.Escape(Sentence(warning))}[/]");
            Draw(always: happened is not StepDone);
        }
    }

    public override void Say(string notice)
    {
        lock (_gate)
        {
            state.Notice = notice;
            Draw(always: true);
        }
    }

    private void Draw(bool always)
    {
        if (_live is null || !always && Stopwatch.GetElapsedTime(_drawn) < BetweenFrames)
            return;
        _drawn = Stopwatch.GetTimestamp();
        _live.UpdateTarget(Frame());
    }

    private Rows Frame() => new(LiveFrame.Lines(state, screen.Width).Select(line => new Markup(line)));

    /// <summary>Spectre's console over what people read here, in colour only if they like it.</summary>
    internal static IAnsiConsole Console(Screen screen) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = screen.Colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new Output(screen),
    });

    private sealed class Output(Screen screen) : IAnsiConsoleOutput
    {
        public TextWriter Writer => screen.People;

        public bool IsTerminal => true;

        public int Width => screen.Width;

        public int Height => 24;

        public void SetEncoding(Encoding encoding) { }
    }
}
