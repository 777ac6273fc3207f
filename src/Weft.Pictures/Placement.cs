namespace Weft.Pictures;

/// <summary>Where a picture comes to lie: to which size it is resized, which part of that is taken, and where in the target the part begins.</summary>
internal readonly record struct Placement(PictureScaling.Window Window, int X, int Y)
{
    public static Placement Of(PicturePolicy policy, int width, int height)
    {
        var (toWidth, toHeight) = (policy.Width, policy.Height);
        switch (policy.Fitting)
        {
            case PictureFitting.Squash:
                return new(new(toWidth, toHeight, 0, 0, toWidth, toHeight), 0, 0);
            case PictureFitting.Pad:
                // As Pillow's ImageOps.pad: the shorter side and the margin are rounded half to even.
                if ((double)width / height > (double)toWidth / toHeight)
                    toHeight = Math.Clamp((int)Math.Round((double)height / width * toWidth), 1, policy.Height);
                else
                    toWidth = Math.Clamp((int)Math.Round((double)width / height * toHeight), 1, policy.Width);
                return new(new(toWidth, toHeight, 0, 0, toWidth, toHeight), Middle(policy.Width - toWidth), Middle(policy.Height - toHeight));
            case PictureFitting.Crop:
                // As torchvision's Resize and CenterCrop: the longer side is rounded down, the border half to even.
                var (cover, coverHeight) = ((int)Math.Floor(toWidth / policy.CropShare), (int)Math.Floor(toHeight / policy.CropShare));
                if ((long)cover * height >= (long)coverHeight * width)
                    coverHeight = checked((int)((long)cover * height / width));
                else
                    cover = checked((int)((long)coverHeight * width / height));
                return new(new(cover, coverHeight, Middle(cover - toWidth), Middle(coverHeight - toHeight), toWidth, toHeight), 0, 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(policy), policy.Fitting, "There is no such fitting.");
        }
    }

    private static int Middle(int rest) => (int)Math.Round(rest / 2.0);
}
