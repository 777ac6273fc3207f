namespace Weft.Training;

/// <summary>How a number is drawn.</summary>
internal abstract record SearchDistribution;

/// <summary>Uniform between two numbers.</summary>
internal sealed record UniformDistribution(double Minimum, double Maximum) : SearchDistribution;

/// <summary>The logarithm is uniform between those of two positive numbers.</summary>
internal sealed record LogUniformDistribution(double Minimum, double Maximum) : SearchDistribution;

/// <summary>Normal, with no bounds.</summary>
internal sealed record NormalDistribution(double Mean, double Deviation) : SearchDistribution;

/// <summary>The logarithm is normal.</summary>
internal sealed record LogNormalDistribution(double Mean, double Deviation) : SearchDistribution;

/// <summary>Beta, between 0 and 1.</summary>
internal sealed record BetaDistribution(double A, double B) : SearchDistribution;
