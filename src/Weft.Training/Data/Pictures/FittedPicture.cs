namespace Weft.Training;

/// <summary>A picture as a network takes it.</summary>
/// <param name="Name">The file's; with <c>#number</c> where a file holds many.</param>
/// <param name="Pixels">[height, width, channels] of the network's input.</param>
/// <param name="Changes">What was done to the picture for that.</param>
public sealed record FittedPicture(string Name, byte[] Pixels, PictureChanges Changes)
{
    /// <summary>Whether the edge of the picture is bright, before it is inverted: unlike Fashion-MNIST's, which lie on black.</summary>
    public bool HasBrightGround { get; init; }

    /// <summary>Whether what it shows was cut out and made as training images are.</summary>
    internal bool IsAdapted => Changes.HasFlag(PictureChanges.Centred);

    /// <summary>With <see cref="PictureChanges.SmallRange"/> the largest value in the file, and the largest that could be there.</summary>
    public (int Found, int Possible) LargestValue { get; init; }
}
