using Weft.Training;

namespace Weft.App;

/// <summary>One line an epoch, for logs and pipes.</summary>
internal sealed class PlainProgress(TextWriter people, TrainingState state) : ProgressView
{
    private readonly Lock _gate = new();

    public override void While(Action work) => work();

    public override void Show(RunEvent happened)
    {
        lock (_gate)
        {
            state.Apply(happened);
            if (happened is EpochDone epoch)
                people.WriteLine(EpochTable.Sentence(epoch, state));
            else if (happened is Warned warning)
                people.WriteLine(Sentence(warning));
        }
    }

    public override void Say(string notice)
    {
        lock (_gate)
            people.WriteLine(Printable.Escape(notice));
    }
}
