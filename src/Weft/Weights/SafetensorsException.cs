namespace Weft;

/// <summary>Bytes that are not a safetensors file as this reader accepts them: what was expected and what was found.</summary>
public sealed class SafetensorsException(string message, Exception? cause = null) : Exception(message, cause);
