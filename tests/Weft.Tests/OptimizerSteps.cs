namespace Weft.Tests;

internal static class OptimizerSteps
{
    /// <summary>A step from the gradients that are there.</summary>
    public static void Step(this Optimizer optimizer, double learningRate)
    {
        optimizer.LearningRate = learningRate;
        optimizer.Step();
    }

    /// <summary>The backward pass into the optimizer, and its step.</summary>
    public static void BackwardAndStep(this Network network, Optimizer optimizer, double learningRate)
    {
        optimizer.LearningRate = learningRate;
        network.Backward(optimizer);
        optimizer.Step();
    }
}
