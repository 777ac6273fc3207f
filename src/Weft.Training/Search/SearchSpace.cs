namespace Weft.Training;

/// <summary>What is searched. The settings of a trial are one text for each parameter, in this order, as a configuration writes them.</summary>
/// <param name="Parameters">By ordinal order of their keys, each key once.</param>
internal sealed record SearchSpace(IReadOnlyList<SearchParameter> Parameters);
