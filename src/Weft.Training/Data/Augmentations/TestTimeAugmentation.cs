namespace Weft.Training;

/// <summary>
/// Test-time augmentation: a prediction is the mean of the probabilities over V views of an image, p = (1/V) Σᵥ softmax(f(viewᵥ)).
/// Source: Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 4.1.
/// </summary>
/// <param name="Mirrored">Every view also as its mirror image, left and right.</param>
/// <param name="Shift">Also moved by up to this many whole pixels each way, (2·shift + 1)² places; what moves in is black. 0: where it is.</param>
public sealed record TestTimeAugmentation(bool Mirrored = false, int Shift = 0)
{
    /// <summary>The largest shift that is allowed: 162 views with mirror images.</summary>
    public const int LargestShift = 4;

    /// <summary>No augmentation: each image is its only view.</summary>
    public static TestTimeAugmentation None { get; } = new();

    public int ViewCount => (2 * Shift + 1) * (2 * Shift + 1) * (Mirrored ? 2 : 1);

    internal IEnumerable<AffineMap> Views(FeatureShape shape)
    {
        var places = Enumerable.Range(-Shift, 2 * Shift + 1);
        var moved = places.SelectMany(down => places.Select(right => AffineMap.Translation(right, down))).ToArray();
        return Mirrored ? [.. moved, .. moved.Select(map => map.Then(AffineMap.HorizontalFlip(shape)))] : moved;
    }
}
