namespace Weft.Training;

/// <summary>What a model takes, and how a picture shall become that.</summary>
/// <param name="Policy">The policy that the model was trained with; null for one that was trained on arrays.</param>
/// <param name="Target">Height, width and channels of the network's input.</param>
internal sealed record PictureInput(PictureOptions? Policy, FeatureShape Target)
{
    /// <value>Whether bright becomes dark and nothing else is done.</value>
    public bool Invert { get; init; }

    /// <value>Whether pictures for a model that was trained on arrays are scaled and nothing else.</value>
    public bool AsIs { get; init; }

    /// <value>
    /// Whether the training images are letters or digits as MNIST has them: 20 of 28 pixels large, their weight in the middle. Others fill the image, as
    /// Fashion-MNIST's do.
    /// </value>
    public bool IsWriting { get; init; }
}
