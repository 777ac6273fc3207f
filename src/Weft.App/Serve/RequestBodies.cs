namespace Weft.App;

/// <summary>
/// Reads the bodies of requests as they come: memory is taken for what is there, never for what a header promises, and all together are limited.
/// </summary>
/// <param name="most">So many bytes of large bodies may be held at once.</param>
internal sealed class RequestBodies(long most)
{
    private const int Piece = 1 << 16; // a body up to here costs a connection no more than its own buffers do

    private long _held;

    /// <param name="limit">A longer body is refused.</param>
    /// <param name="use">Gets the body, which counts until this returns.</param>
    /// <exception cref="RequestException">It is too long, or too many long ones are being read.</exception>
    public async Task Use(HttpContext context, int limit, Func<byte[], Task> use)
    {
        var length = context.Request.ContentLength;
        if (length > limit)
            throw TooLong(limit);
        if (context.Request.Headers.ContentEncoding.Count > 0)
            throw RequestException.Bad("Bodies are read as they are: leave out Content-Encoding.");
        var bytes = new byte[Math.Min(length ?? Piece, Piece)];
        var (count, counted) = (0, 0L);
        try
        {
            while (count < (length ?? long.MaxValue))
            {
                if (count == bytes.Length)
                {
                    var size = (int)Math.Min(Math.Min(2L * Math.Max(count, 1), length ?? long.MaxValue), limit + 1L);
                    counted += size - count;
                    if (Interlocked.Add(ref _held, size - count) > most)
                        throw new RequestException(StatusCodes.Status503ServiceUnavailable, "Too many long requests come at once: ask again in a moment.");
                    Array.Resize(ref bytes, size);
                }

                var read = await context.Request.Body.ReadAsync(bytes.AsMemory(count), context.RequestAborted);
                if (read == 0)
                    break;
                if ((count += read) > limit)
                    throw TooLong(limit);
            }

            await use(count == bytes.Length ? bytes : bytes[..count]);
        }
        finally
        {
            Interlocked.Add(ref _held, -counted);
        }
    }

    private static RequestException TooLong(int limit) => RequestException.TooLong($"The body is longer than the {Figures.Count(limit)} bytes that are read.");
}
