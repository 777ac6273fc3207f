namespace Weft.Interchange;

/// <summary>A key or a password: it can be sent, and nothing prints it.</summary>
internal sealed class Secret(string value)
{
    /// <summary>For the header of a request and for nothing else.</summary>
    public string Reveal() => value;

    /// <summary>Text from outside without the secret in it, should a server send it back.</summary>
    public string RemoveFrom(string text) => value.Length == 0 ? text : text.Replace(value, "***", StringComparison.Ordinal);

    public override string ToString() => "***";
}
