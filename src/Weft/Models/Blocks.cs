namespace Weft;

/// <summary>Groups of layers that the models of the catalog are made of.</summary>
internal static class Blocks
{
    /// <summary>Convolution without bias (the norm's shift does its work), batch norm, ReLU; same height and width. Names: conv and norm + <paramref name="suffix"/>.</summary>
    public static Layer[] ConvNormReLU(int channels, int kernel, string suffix = "") =>
    [
        new Conv2d(channels, kernel) { Name = $"conv{suffix}", Padding = kernel / 2, Bias = false },
        new BatchNorm2d { Name = $"bn{suffix}" },
        new ReLU(),
    ];

    /// <summary>Nothing at a rate of 0.</summary>
    public static Layer[] Dropout(double rate) => rate > 0 ? [new Dropout(rate)] : [];
}
