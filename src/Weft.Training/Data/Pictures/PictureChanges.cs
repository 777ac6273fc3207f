namespace Weft.Training;

/// <summary>What happened to a picture on the way from its file to a network's input.</summary>
[Flags]
public enum PictureChanges
{
    None = 0,

    /// <summary>It is transparent in places, and was laid over black.</summary>
    LaidOverBlack = 1 << 0,

    /// <summary>It is transparent in places, and was laid over white because nothing would be seen of it over black.</summary>
    LaidOverWhite = 1 << 1,

    /// <summary>Its values have more than 8 bits and were cut or rounded to 8.</summary>
    DepthReduced = 1 << 2,

    /// <summary>Its values have more than 8 bits, but all lie in the lowest eighth of what they could be: the picture becomes very dark.</summary>
    SmallRange = 1 << 3,

    /// <summary>Its values end below 255 and were scaled to 0…255.</summary>
    ValuesScaled = 1 << 4,

    /// <summary>Its colours became shades of grey.</summary>
    ColorToGrey = 1 << 5,

    /// <summary>Its grey was copied to three channels.</summary>
    GreyToColor = 1 << 6,

    /// <summary>It had another size.</summary>
    Resized = 1 << 7,

    /// <summary>Bright became dark, as it was asked for.</summary>
    Inverted = 1 << 8,

    /// <summary>It was stored interlaced.</summary>
    Interlaced = 1 << 9,

    /// <summary>The file says that the picture is to be turned or mirrored to be shown; that was not done.</summary>
    OrientationIgnored = 1 << 10,

    /// <summary>The file is an animation, and its first picture was taken.</summary>
    FirstOfAnimation = 1 << 11,

    /// <summary>It is transparent in places, and was laid over the background that the model was trained with.</summary>
    LaidOverBackground = 1 << 12,

    /// <summary>It was turned or mirrored as its file asks.</summary>
    Turned = 1 << 13,

    /// <summary>Its printing inks became red, green and blue.</summary>
    InksConverted = 1 << 14,

    /// <summary>It is not as square as the network's input, and its borders were cut off.</summary>
    Cropped = 1 << 15,

    /// <summary>It is not as square as the network's input, and background was added.</summary>
    Padded = 1 << 16,

    /// <summary>Its ground is bright, and bright became dark because the training images have a black one.</summary>
    GroundInverted = 1 << 17,

    /// <summary>What it shows was cut out, made as bright and as large as in training images, and put in the middle.</summary>
    Centred = 1 << 18,
}
