using System.Net.Sockets;

namespace Weft.Postgres.Tests;

/// <summary>Stands between a store and its server, and loses answers: the connection breaks after the server has done what it was asked for.</summary>
internal sealed class LossyProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _server;
    private int _untilLoss;

    public LossyProxy(string folder, string serverFolder)
    {
        const string Name = ".s.PGSQL.5432";
        _server = new UnixDomainSocketEndPoint(Path.Combine(serverFolder, Name));
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, Name)));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>How many answers have been lost.</summary>
    public int Lost { get; private set; }

    /// <summary>Loses the answer with this number, the next one being the first.</summary>
    public void Lose(int answer) => Volatile.Write(ref _untilLoss, answer);

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                server.Connect(_server);
                new Thread(() => Forward(client, server, isAnswer: false)) { IsBackground = true }.Start();
                new Thread(() => Forward(server, client, isAnswer: true)) { IsBackground = true }.Start();
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Forward(Socket from, Socket to, bool isAnswer)
    {
        try
        {
            var buffer = new byte[1 << 16];
            while (from.Receive(buffer) is > 0 and var length)
            {
                if (isAnswer && Volatile.Read(ref _untilLoss) > 0 && Interlocked.Decrement(ref _untilLoss) == 0)
                {
                    Lost++;
                    break;
                }

                to.Send(buffer.AsSpan(0, length));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // One of the two ended; so does the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
