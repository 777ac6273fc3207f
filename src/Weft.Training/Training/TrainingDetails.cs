namespace Weft.Training;

/// <summary>
/// What a training tells beside its metrics: how the machine was used, and what each validation looked like. It changes nothing the bits depend on.
/// </summary>
internal sealed class TrainingDetails(TrainingSession session, RunRecorder recorder)
{
    private const int MaximumSamples = 24;

    private readonly SystemSampler _system = new(session.Surroundings.Clock);
    private bool _hasGradients;

    /// <summary>Whose waiting is told.</summary>
    public BatchLoader? Loader { get; set; }

    private int SampleCount => Math.Min(MaximumSamples, session.Data.Split.Validation.Count);

    public void AddStep(int images)
    {
        _system.Count(images);
        _hasGradients = true;
    }

    public void SampleSystem(long step, bool atOnce = false)
    {
        if (_system.Take(step, Loader?.DataWait ?? TimeSpan.Zero, atOnce) is { } sampled)
            recorder.Record(sampled);
    }

    public ValidationTally NewTally() => new(session.Network.ClassCount, SampleCount);

    public void Record(ValidationTally tally, int epoch, long step)
    {
        SampleSystem(step, atOnce: true);
        recorder.Record(tally.ToEvent(epoch, step, session.Network, _hasGradients));
    }

    public void RecordSamples()
    {
        var images = session.Data.Dataset.Train;
        var indices = session.Data.Split.Validation.Take(SampleCount).ToList();
        recorder.Record(new SamplesChosen(
            indices, [.. indices.Select(images.Label)], images.Shape.Height, images.Shape.Width, images.Shape.Channels,
            [.. indices.SelectMany(index => images.Image(index).ToArray())]));
    }
}
