using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Weft.App;

/// <summary>Holds the connections of one address below a number; one more is closed at once.</summary>
internal sealed class ConnectionCount(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var from })
        {
            await next(connection);
            return;
        }

        try
        {
            if (_open.AddOrUpdate(from, 1, (_, count) => count + 1) <= most)
                await next(connection);
        }
        finally
        {
            if (_open.AddOrUpdate(from, 0, (_, count) => count - 1) == 0)
                _open.TryRemove(new KeyValuePair<IPAddress, int>(from, 0));
        }
    };
}
