namespace Weft;

/// <summary>A description that cannot be compiled: what was expected, what was received, what to do.</summary>
public sealed class NetworkException(string message) : Exception(message)
{
    /// <summary>The layer it is about; null if it is about the whole network.</summary>
    public Layer? Layer { get; init; }
}
