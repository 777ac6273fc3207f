namespace Weft;

/// <summary>A description that cannot be compiled: what was expected, what was received, what to do.</summary>
public sealed class NetworkException : Exception
{
    internal NetworkException(string subject, string expected, string received, string? advice = null)
        : base($"{subject} expects {expected}, but received {received}.{(advice is null ? "" : $" {advice}.")}") =>
        (Subject, Expected, Received, Advice) = (subject, expected, received, advice);

    internal NetworkException(Layer layer, string path, string expected, string received, string? advice = null)
        : this($"{layer.GetType().Name} \"{path}\"", expected, received, advice) => (Layer, Path) = (layer, path);

    /// <summary>What does not fit, as the message begins: <c>Linear "fc1"</c>.</summary>
    public string Subject { get; }

    /// <summary>The layer it is about; null if it is about the whole network.</summary>
    public Layer? Layer { get; }

    /// <summary>The layer's path: its name within those of the layers around it; null exactly where <see cref="Layer"/> is.</summary>
    public string? Path { get; }

    public string Expected { get; }

    public string Received { get; }

    /// <summary>What to do about it, as a sentence without its end; null where nothing is known.</summary>
    public string? Advice { get; }
}
