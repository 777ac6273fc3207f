namespace Weft.Training;

/// <summary>Look at all keys and their values.</summary>
internal sealed record ShowConfiguration : NextStep;

/// <summary>Do the same again with another value.</summary>
public sealed record RepeatWith(ConfigurationValue Change) : NextStep;
