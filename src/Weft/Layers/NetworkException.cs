namespace Weft;

/// <summary>A description that cannot be compiled: what was expected, what was received, what to do.</summary>
public sealed class NetworkException(string message) : Exception(message);
