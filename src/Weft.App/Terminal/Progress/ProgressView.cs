using Weft.Training;

namespace Weft.App;

/// <summary>Shows a training while it goes on. Events may come from any thread.</summary>
internal abstract class ProgressView
{
    /// <summary>The view for this screen: live on a terminal, one line an epoch elsewhere.</summary>
    public static ProgressView For(Screen screen, TrainingState state) =>
        screen.PeopleHaveTerminal ? new LiveProgress(screen, state) : new PlainProgress(screen.People, state);

    /// <summary>Runs <paramref name="work"/> while the view is open, and closes the view however that ends.</summary>
    public abstract void While(Action work);

    public abstract void Show(RunEvent happened);

    /// <summary>Something a person should know at once: "stopping after this step; saving…".</summary>
    public abstract void Say(string notice);

    protected static string Sentence(Warned warning) =>
        $"warning[{warning.Code}]: {Printable.Escape(warning.What)}" + (warning.Safe is { } safe ? $" ({Printable.Escape(safe)})" : "");
}
