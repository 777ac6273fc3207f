namespace Weft.Training;

/// <summary>What an IDX file holds.</summary>
internal enum IdxContent
{
    /// <summary>Unsigned bytes [count, height, width]; magic number 0x00000803.</summary>
    Images = 1,

    /// <summary>Unsigned bytes [count]; magic number 0x00000801.</summary>
    Labels = 2,

    /// <summary>32-bit numbers [count, columns], the label first (QMNIST); magic number 0x00000C02. They are read as <see cref="Labels"/>.</summary>
    LabelRows = 3,
}

/// <summary>What a reader of an IDX file already knows about it. A property that is null is not checked.</summary>
internal sealed record IdxExpectation(IdxContent Content)
{
    /// <value>Number of images or labels. Default: null, any number but zero.</value>
    public int? Count { get; init; }

    /// <value>Height and width of an image. Default: null.</value>
    public int? Height { get; init; }

    /// <inheritdoc cref="Height"/>
    public int? Width { get; init; }

    /// <value>Labels are below this. Default: null.</value>
    public int? ClassCount { get; init; }

    /// <value>SHA-256 of the unpacked content, lower-case hexadecimal. Default: null.</value>
    public string? Sha256 { get; init; }

    /// <value>Names by SHA-256 of files that this one might have been swapped with. Default: none.</value>
    public IReadOnlyDictionary<string, string> KnownFiles { get; init; } = new Dictionary<string, string>();

    /// <value>Larger unpacked content is refused before any memory is taken for it. Default: 1 GiB.</value>
    public long MaximumBytes { get; init; } = 1L << 30;

    /// <value>Higher or wider images are refused. Default: 4,000 pixels.</value>
    public int MaximumSide { get; init; } = 4_000;

    /// <value>What a person can do when the file is bad.</value>
    public NextStep Remedy { get; init; } = new Advice("replace the file by the published one");
}
