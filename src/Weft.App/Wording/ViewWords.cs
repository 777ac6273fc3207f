using Weft.Training;

namespace Weft.App;

/// <summary>Says how each image was looked at; nothing where it was looked at as it is.</summary>
internal static class ViewWords
{
    public static string Of(TestTimeAugmentation augmentation) => augmentation switch
    {
        { ViewCount: 1 } => "",
        { Shift: 0 } => "each image with its mirror image",
        _ => $"each image in {augmentation.ViewCount} views: {(augmentation.Mirrored ? "mirrored and " : "")}moved by up to "
            + $"{(augmentation.Shift == 1 ? "1 pixel" : $"{augmentation.Shift} pixels")}",
    };
}
