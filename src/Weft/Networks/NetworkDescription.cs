namespace Weft;

/// <summary>A whole network as data: what goes in and the layers up to the logits.</summary>
public sealed record NetworkDescription(string Name, FeatureShape Input, Layer Body);
