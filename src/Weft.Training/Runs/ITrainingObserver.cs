namespace Weft.Training;

/// <summary>Watches a training. It changes nothing; what it throws ends the training like any bug.</summary>
public interface ITrainingObserver
{
    /// <summary>Called on the training thread for everything that happens, every step included; it should return quickly.</summary>
    void On(RunEvent happened);

    /// <summary>Watches nothing.</summary>
    static ITrainingObserver Nobody { get; } = new Blind();

    private sealed class Blind : ITrainingObserver
    {
        public void On(RunEvent happened) { }
    }
}
