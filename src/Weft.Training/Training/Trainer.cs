namespace Weft.Training;

/// <summary>Trains.</summary>
public static class Trainer
{
    /// <summary>
    /// Carries out a plan. The same plan gives the same checkpoint bytes, however often it is stopped and resumed on the way and whatever the number of threads.
    /// </summary>
    /// <param name="stop">Finish the step, save, and return with <see cref="StopReasons.Interrupted"/>.</param>
    /// <exception cref="WeftException">Exit 20: the loss is not finite (the last good checkpoint is kept); 23: the checkpoint's position is none of this
    /// training; 40 or 41: the final state cannot be saved.</exception>
    public static TrainingResult Run(TrainingPlan plan, IProgress<RunEvent>? progress = null, CancellationToken stop = default)
    {
        RunChecks.RequirePossiblePosition(plan.Start, plan.StepsPerEpoch, plan.Run.Folder);
        using var recorder = new RunRecorder(plan.Run.Folder, progress, plan.Surroundings.Clock);
        return new TrainingLoop(plan, recorder, stop).Run();
    }
}
