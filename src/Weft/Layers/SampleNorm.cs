namespace Weft;

/// <summary>
/// A norm whose statistics are each sample's own: over height, width and a group of neighbouring channels g(c),
/// output = weight[c] · (input − mean[n, g(c)]) / √(variance[n, g(c)] + ε) + bias[c], the variance biased. Training and evaluation do the same.
/// <para>Shapes: [N, C, H, W] → the same, weight and bias [C].</para>
/// </summary>
public abstract record SampleNorm : Layer
{
    private protected SampleNorm() { }

    /// <value>Above 0. Default: 1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The name that people read in summaries.</summary>
    internal abstract string Title { get; }

    internal virtual bool HasWeights => true;

    internal abstract int GroupsOf(int channels);

    internal override IEnumerable<LayerTensor> TensorsFor(FeatureShape input) => HasWeights
        ? [
            new("weight", ParameterKind.NormScale, [input.Channels], Initialization.Fixed(1)),
            new("bias", ParameterKind.NormShift, [input.Channels], Initialization.Fixed(0)),
        ]
        : [];

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(Epsilon > 0, path, "a positive epsilon", $"{Epsilon}");
        var groups = GroupsOf(input.Channels);
        Require(groups >= 1 && input.Channels % groups == 0, path, $"a number of groups that divides the {input.Channels} channels", $"{groups}");
        Require(input.Length / groups > 1, path,
            "more than one value in a group (of a single one nothing is left)", $"{input} in groups of {input.Channels / groups} channels");
        return input;
    }
}

/// <summary><see cref="SampleNorm"/> over <paramref name="Groups"/> groups of equally many channels; PyTorch's <c>GroupNorm</c>.</summary>
/// <remarks>Wu and He, "Group normalization", ECCV 2018.</remarks>
public sealed record GroupNorm(int Groups) : SampleNorm
{
    internal override string Title => $"group norm ({Groups})";

    internal override int GroupsOf(int channels) => Groups;
}

/// <summary>
/// <see cref="SampleNorm"/> over all channels together; PyTorch's <c>GroupNorm(1, C)</c>. (PyTorch's <c>LayerNorm([C, H, W])</c> has the same statistics but
/// a weight for every pixel, which ties a network to one image size; its <c>LayerNorm(C)</c> on channel-last maps takes each pixel by itself.)
/// </summary>
/// <remarks>Ba, Kiros and Hinton, "Layer normalization", 2016, with a weight a channel as convolutions share theirs over the pixels.</remarks>
public sealed record LayerNorm2d : SampleNorm
{
    internal override string Title => "layer norm";

    internal override int GroupsOf(int channels) => 1;
}

/// <summary><see cref="SampleNorm"/> over each channel by itself; PyTorch's <c>InstanceNorm2d</c> without running statistics.</summary>
/// <remarks>Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016.</remarks>
public sealed record InstanceNorm2d : SampleNorm
{
    /// <value>Whether there are a weight and a bias. Default: true (PyTorch's is false).</value>
    public bool Affine { get; init; } = true;

    internal override string Title => "instance norm";

    internal override bool HasWeights => Affine;

    internal override int GroupsOf(int channels) => channels;
}
