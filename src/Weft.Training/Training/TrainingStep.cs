namespace Weft.Training;

/// <summary>Forward, loss, backward, update; with an optimizer that looks ahead (SAM) the first three twice.</summary>
internal sealed class TrainingStep(Network network, Optimizer optimizer, double labelSmoothing, WeightAverage? average = null)
{
    /// <summary>Leaves the weights as they are where the loss is not finite, for the message to look at.</summary>
    /// <param name="step">Number of the step, from which dropout draws.</param>
    public LossResult Run(Batch batch, long step, double learningRate)
    {
        var loss = ForwardAndBackward(batch, step);
        if (!double.IsFinite(loss.MeanLoss))
            return loss;
        if (optimizer.NeedsSecondPass)
        {
            optimizer.Perturb();
            ForwardAndBackward(batch, step);
        }

        optimizer.Step(learningRate);
        average?.Update();
        return loss;
    }

    private LossResult ForwardAndBackward(Batch batch, long step)
    {
        network.Forward(batch.Images, batch.Count, Phase.Training, step);
        var loss = SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, batch.Targets, labelSmoothing, network.LogitsGradient);
        network.Backward();
        return loss;
    }
}
