namespace Weft.Training;

/// <summary>Which augmentations are on and how strong: the section <c>augmentation</c> of a configuration. Zero is off.</summary>
public sealed record AugmentationOptions
{
    public static AugmentationOptions None { get; } = new();

    /// <value><c>enabled</c>: whether anything of the rest is applied. Default: true.</value>
    public bool Enabled { get; init; } = true;

    /// <value><c>horizontal_flip</c>: probability. Default: 0.</value>
    public double HorizontalFlip { get; init; }

    /// <value><c>shift</c>: largest share of width and height, 0 to 0.2. Default: 0.</value>
    public double Shift { get; init; }

    /// <value><c>shift_width</c>: in place of <see cref="Shift"/> for the width. Default: none.</value>
    public double? ShiftWidth { get; init; }

    /// <value><c>shift_height</c>: in place of <see cref="Shift"/> for the height. Default: none.</value>
    public double? ShiftHeight { get; init; }

    /// <value><c>shift_whole_pixels</c>: round shifts to whole pixels. Default: false.</value>
    public bool ShiftWholePixels { get; init; }

    /// <value><c>rotation</c>: largest angle in degrees, 0 to 180. Default: 0.</value>
    public double Rotation { get; init; }

    /// <value><c>random_crop</c>: padding in pixels. Default: 0.</value>
    public int RandomCrop { get; init; }

    /// <value><c>random_erasing</c>: probability. Default: 0.</value>
    public double RandomErasing { get; init; }

    /// <value><c>random_erasing_minimum_area</c>: share of the image. Default: 0.02.</value>
    public double RandomErasingMinimumArea { get; init; } = 0.02;

    /// <value><c>random_erasing_maximum_area</c>: share of the image. Default: 0.33.</value>
    public double RandomErasingMaximumArea { get; init; } = 0.33;

    /// <value><c>random_erasing_aspect</c>: height over width lies between 1/this and this. Default: 3.3.</value>
    public double RandomErasingAspect { get; init; } = 3.3;

    /// <value><c>mixup</c>: alpha. With cutmix on too, a coin decides for each sample. Default: 0.</value>
    public double Mixup { get; init; }

    /// <value><c>cutmix</c>: alpha. Default: 0.</value>
    public double Cutmix { get; init; }

    /// <value><c>off_last_epochs</c>: the last epochs go without any augmentation. Default: 0.</value>
    public int OffLastEpochs { get; init; }

    /// <summary>Everything that is wrong, one entry per key.</summary>
    public IReadOnlyList<Problem> Validate() =>
    [
        .. Augmentation.Require(OffLastEpochs >= 0, "augmentation.off_last_epochs", "0 or more epochs", OffLastEpochs),
        .. CreateAll().SelectMany(augmentation => augmentation.Validate()),
    ];

    /// <summary>Whether any is on.</summary>
    public bool IsOn => Enabled && (CreateGeometric().Count > 0 || RandomErasing > 0 || Mixup > 0 || Cutmix > 0);

    /// <summary>Those that move pixels and are on, in the order they apply.</summary>
    internal IReadOnlyList<(RandomStream Stream, GeometricAugmentation Augmentation)> CreateGeometric()
    {
        var list = new List<(RandomStream, GeometricAugmentation)>();
        if (HorizontalFlip != 0)
            list.Add((RandomStream.HorizontalFlip, new HorizontalFlip(HorizontalFlip)));
        if (Rotation != 0)
            list.Add((RandomStream.Rotation, new Rotation(Rotation)));
        if ((ShiftWidth ?? Shift) != 0 || (ShiftHeight ?? Shift) != 0)
            list.Add((RandomStream.Shift, new Shift(ShiftWidth ?? Shift, ShiftHeight ?? Shift) { WholePixels = ShiftWholePixels }));
        if (RandomCrop != 0)
            list.Add((RandomStream.RandomCrop, new RandomCrop(RandomCrop)));
        return list;
    }

    internal RandomErasing CreateRandomErasing() => new(RandomErasing)
    {
        MinimumArea = RandomErasingMinimumArea,
        MaximumArea = RandomErasingMaximumArea,
        MaximumAspect = RandomErasingAspect,
    };

    /// <summary>Those that mix two samples and are on.</summary>
    internal IReadOnlyList<MixingAugmentation> CreateMixing() =>
        [.. new MixingAugmentation[] { new Mixup(Mixup), new Cutmix(Cutmix) }.Where((_, i) => (i == 0 ? Mixup : Cutmix) != 0)];

    private IEnumerable<Augmentation> CreateAll() => [.. CreateGeometric().Select(pair => pair.Augmentation), CreateRandomErasing(), .. CreateMixing()];
}

/// <summary>Which part of a sample's randomness an augmentation draws from, so that switching one changes no other. Part of every run's bits: append only.</summary>
internal enum RandomStream
{
    HorizontalFlip = 1,
    Rotation = 2,
    Shift = 3,
    RandomCrop = 4,
    RandomErasing = 5,
    Partner = 6,
    Mix = 7,
}
