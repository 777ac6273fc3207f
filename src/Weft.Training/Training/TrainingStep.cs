namespace Weft.Training;

/// <summary>Forward, loss, backward, update; with an optimizer that looks ahead (SAM) the first three twice.</summary>
internal sealed class TrainingStep(Network network, Optimizer optimizer, Loss loss, float[] classWeights, WeightAverage? average = null)
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
            network.Backward();
            return result;
        }

        if (used.NeedsSecondPass)
        {
            network.Backward();
            used.Perturb();
            Forward(batch, step);
        }

        used.LearningRate = learningRate;
        network.Backward(keepGradients ? null : used);
        used.Step();

        average?.Update();
        return result;
    }

    private LossResult Forward(Batch batch, long step)
    {
        network.ForwardTraining(batch.Images, batch.Count, step);
        return loss.Evaluate(
            network.Logits, network.ClassCount,
            new Targets(batch.Targets.Labels, batch.Targets.SecondLabels, batch.Targets.Weights) { ClassWeights = classWeights },
            network.LogitsGradient);
    }
}
