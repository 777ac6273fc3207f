namespace Weft.Training;

/// <summary>Trains networks: from C# with <see cref="Train"/>, or a session that was begun or resumed with <see cref="Run"/>.</summary>
public static class Trainer
{
    /// <summary>
    /// Trains a network on a data set and gives the model of its best epoch. The same arguments give the same bits on every machine whose vectors are equally
    /// wide, whatever the number of threads.
    /// </summary>
    /// <param name="network">From the catalog, from a model file, or written in C#; its input and its outputs are those of the data.</param>
    /// <param name="options">Null for the defaults: ten epochs, and nothing on disk.</param>
    /// <param name="progress">Hears on the training's own thread of everything that happens, every step included.</param>
    /// <exception cref="WeftException">The options, the network and the data do not fit each other, the loss is not finite, or a file cannot be
    /// written.</exception>
    /// <exception cref="OperationCanceledException">The token asked to stop. A training with a run has saved its state, which <see cref="Resume"/>
    /// continues.</exception>
    public static TrainingResult Train(
        NetworkDescription network, ImageDataset data, TrainingOptions? options = null, IProgress<RunEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new TrainingOptions();
        var configuration = options.Resolve();
        var run = options.Runs is { } store ? new NewRun { Store = store, Name = options.RunName } : null;
        LayerTypes.RegisterAll(network.Body);
        using var session = TrainingSession.Begin(
            configuration, network, TrainingData.Prepare(data, options.Data), run, new Surroundings { Device = options.Device }, options.Policies);
        return RunOrThrow(session, progress, cancellationToken);
    }

    /// <summary>As <see cref="Train"/>, on a thread of its own.</summary>
    /// <inheritdoc cref="Train"/>
    public static Task<TrainingResult> TrainAsync(
        NetworkDescription network, ImageDataset data, TrainingOptions? options = null, IProgress<RunEvent>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Train(network, data, options, progress, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Goes on with a run that was stopped, on the same data, to the same bits as a training that was not.</summary>
    /// <param name="policies">Those that the run was begun with.</param>
    /// <exception cref="WeftException">The run and the data do not belong together, or its checkpoints are damaged.</exception>
    /// <inheritdoc cref="Train"/>
    public static TrainingResult Resume(
        RunFolder run, ImageDataset data, IReadOnlyList<ITrainingPolicy>? policies = null, IProgress<RunEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using var session = TrainingSession.Resume(run, _ => data, policies: policies);
        return RunOrThrow(session, progress, cancellationToken);
    }

    /// <summary>
    /// Carries out a session. The same session gives the same checkpoint bytes, however often it is stopped and resumed on the way and whatever the number of
    /// threads.
    /// </summary>
    /// <param name="cancellationToken">Finish the step, save, and return with <see cref="StopReasons.Interrupted"/>.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.Diverged"/>: the loss is not finite (the last good checkpoint is kept); <see cref="ErrorKind.CheckpointMismatch"/>: the
    /// checkpoint's position is none of this training; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the final state cannot be saved.
    /// </exception>
    internal static TrainingResult Run(TrainingSession session, IProgress<RunEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        if (session.Folder is { } folder)
            RunChecks.RequirePossiblePosition(session.Start, session.StepsPerEpoch, folder);
        using var recorder = new RunRecorder(session.Folder, progress, session.Surroundings.Clock);
        using var loop = new TrainingLoop(session, recorder, cancellationToken);
        return loop.Run();
    }

    private static TrainingResult RunOrThrow(TrainingSession session, IProgress<RunEvent>? progress, CancellationToken cancellationToken)
    {
        var result = Run(session, progress, cancellationToken);
        return result.StopReason == StopReasons.Interrupted ? throw new OperationCanceledException(cancellationToken) : result;
    }
}
