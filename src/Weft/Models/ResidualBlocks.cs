namespace Weft;

internal static class ResidualBlocks
{
    /// <summary>
    /// A 2×2 max-pool that rounds odd sizes up (a window over the edge sees what is left), nothing where one pixel is left; <paramref name="size"/> follows.
    /// </summary>
    public static Layer[] Halve(ModelOptions options, ref FeatureShape size)
    {
        if (size.Height < 2 || size.Width < 2)
            return [];
        // Padding on both sides of an odd length gives half of it rounded up; of an even length half of it plus one, so it is used for odd ones only.
        var padding = size.Height % 2 == 1 || size.Width % 2 == 1 ? 1 : 0;
        size = new FeatureShape((size.Height + 2 * padding) / 2, (size.Width + 2 * padding) / 2, size.Channels);
        return Blocks.Pool(options, new MaxPool2d(2) { Padding = padding });
    }
}
