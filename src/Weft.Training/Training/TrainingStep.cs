namespace Weft.Training;

/// <summary>Forward, loss, backward, update; with an optimizer that looks ahead (SAM) the first three twice.</summary>
/// <param name="shards">Computes the gradients of a batch that is cut into shards; null where a batch is one pass.</param>
internal sealed class TrainingStep(
    Network network, Optimizer optimizer, Loss loss, float[] classWeights, WeightAverage? average = null, ShardedGradients? shards = null)
{
    /// <summary>Leaves the weights as they are where the loss is not finite, for the message to look at.</summary>
    /// <param name="step">Number of the step, from which dropout draws.</param>
    /// <param name="singlePass">Whether an optimizer that looks ahead leaves that out.</param>
    /// <param name="keepGradients">Whether all gradients are there afterwards: it takes a little longer and gives the same bits.</param>
    public LossResult Run(Batch batch, long step, double learningRate, bool singlePass = false, bool keepGradients = false)
    {
        var used = singlePass ? optimizer.SinglePass : optimizer;
        var result = Forward(batch, step);
        if (!double.IsFinite(result.MeanLoss))
        {
            Backward(null);
            return result;
        }

        if (used.NeedsSecondPass)
        {
            Backward(null);
            used.Perturb();
            Forward(batch, step);
        }

        used.LearningRate = learningRate;
        Backward(keepGradients ? null : used);
        used.Step();

        average?.Update();
        return result;
    }

    private LossResult Forward(Batch batch, long step)
    {
        if (shards is not null)
            return shards.Compute(batch, step, Evaluate);
        network.ForwardTraining(batch.Images, batch.Count, step);
        return Evaluate(batch.Targets);
    }

    // The gradients of shards are there with their loss.
    private void Backward(Optimizer? taker)
    {
        if (shards is null)
            network.Backward(taker);
    }

    private LossResult Evaluate(in Targets targets) => loss.Evaluate(
        network.Logits, network.ClassCount,
        new Targets(targets.Labels, targets.SecondLabels, targets.Weights) { ClassWeights = classWeights },
        network.LogitsGradient);
}
