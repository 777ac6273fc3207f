namespace Weft.Training;

/// <summary>How a number is drawn.</summary>
internal abstract record SearchDistribution
{
    /// <summary>The value below which this share of all draws lies.</summary>
    /// <param name="share">In (0, 1).</param>
    public abstract double Quantile(double share);

    /// <summary>Whether models look at the logarithm.</summary>
    public abstract bool IsLogarithmic { get; }

    /// <summary>No draw lies outside.</summary>
    public abstract (double Low, double High) Bounds { get; }

    /// <summary>Where models look: the bounds, or four deviations to both sides of the mean where there are none.</summary>
    public abstract (double Low, double High) Range { get; }
}

/// <summary>Uniform between two numbers.</summary>
internal sealed record UniformDistribution(double Minimum, double Maximum) : SearchDistribution
{
    public override double Quantile(double share) => Minimum + share * (Maximum - Minimum);

    public override bool IsLogarithmic => false;

    public override (double Low, double High) Bounds => (Minimum, Maximum);

    public override (double Low, double High) Range => Bounds;
}

/// <summary>The logarithm is uniform between those of two positive numbers.</summary>
internal sealed record LogUniformDistribution(double Minimum, double Maximum) : SearchDistribution
{
    public override double Quantile(double share) => Math.Exp(Math.Log(Minimum) + share * (Math.Log(Maximum) - Math.Log(Minimum)));

    public override bool IsLogarithmic => true;

    public override (double Low, double High) Bounds => (Minimum, Maximum);

    public override (double Low, double High) Range => Bounds;
}

/// <summary>Normal, with no bounds.</summary>
internal sealed record NormalDistribution(double Mean, double Deviation) : SearchDistribution
{
    public override double Quantile(double share) => Mean + Deviation * StandardNormal.Quantile(share);

    public override bool IsLogarithmic => false;

    public override (double Low, double High) Bounds => (double.NegativeInfinity, double.PositiveInfinity);

    public override (double Low, double High) Range => (Mean - 4 * Deviation, Mean + 4 * Deviation);
}

/// <summary>The logarithm is normal.</summary>
internal sealed record LogNormalDistribution(double Mean, double Deviation) : SearchDistribution
{
    public override double Quantile(double share) => Math.Exp(Mean + Deviation * StandardNormal.Quantile(share));

    public override bool IsLogarithmic => true;

    public override (double Low, double High) Bounds => (0, double.PositiveInfinity);

    public override (double Low, double High) Range => (Math.Exp(Mean - 4 * Deviation), Math.Exp(Mean + 4 * Deviation));
}

/// <summary>Beta, between 0 and 1.</summary>
internal sealed record BetaDistribution(double A, double B) : SearchDistribution
{
    public override double Quantile(double share) => IncompleteBeta.Quantile(A, B, share);

    public override bool IsLogarithmic => false;

    public override (double Low, double High) Bounds => (0, 1);

    public override (double Low, double High) Range => Bounds;
}
