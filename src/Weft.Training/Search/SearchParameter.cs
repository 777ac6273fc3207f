namespace Weft.Training;

/// <summary>A configuration key whose value is searched for.</summary>
/// <param name="Key">Dotted: "optimizer.learning_rate".</param>
internal abstract record SearchParameter(string Key);

/// <summary>One of several values that have no order.</summary>
/// <param name="Choices">At least one, as a configuration writes them.</param>
/// <param name="Probabilities">One for each choice, with the sum 1. Null: all are equally likely.</param>
internal sealed record CategoricalParameter(string Key, IReadOnlyList<string> Choices, IReadOnlyList<double>? Probabilities = null) : SearchParameter(Key);

/// <summary>A number.</summary>
/// <param name="Distribution">Of a random draw, before it is rounded.</param>
/// <param name="Step">Draws are rounded to multiples of it; null: they are not.</param>
/// <param name="IsInteger">Whether a configuration writes a whole number; then every whole number from the lowest to the highest is as likely.</param>
internal sealed record NumericParameter(string Key, SearchDistribution Distribution, double? Step = null, bool IsInteger = false) : SearchParameter(Key);
