namespace Weft.App;

/// <summary>A request that cannot be answered, and why, in words for who sent it.</summary>
internal sealed class RequestException(int status, string text) : Exception(text)
{
    public int Status => status;

    public static RequestException Bad(string text) => new(StatusCodes.Status400BadRequest, text);

    public static RequestException TooLong(string text) => new(StatusCodes.Status413PayloadTooLarge, text);
}
