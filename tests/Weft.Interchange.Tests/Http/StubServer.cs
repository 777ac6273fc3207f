using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weft.Interchange.Tests;

/// <summary>What a stub does with a request, at random but the same for the same seed.</summary>
internal enum Fault
{
    None,
    Refuse500,
    Refuse429,
    ResetBefore,
    ResetAfter,
    Hang,
    HangAfter,
    Nonsense,
    HalfAnAnswer,
}

internal sealed record StubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

internal sealed record StubAnswer(int Status, string Body, string? ExtraHeader = null);

/// <summary>A small HTTP/1.1 server on 127.0.0.1 that can misbehave before or after it has done what was asked.</summary>
internal sealed class StubServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<StubRequest, StubAnswer> _answer;
    private readonly Func<StubRequest, Fault> _fault;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly object _one = new();

    public StubServer(Func<StubRequest, StubAnswer> answer, Func<StubRequest, Fault>? fault = null)
    {
        (_answer, _fault) = (answer, fault ?? (_ => Fault.None));
        _listener.Start();
        new Thread(Accept) { IsBackground = true, Name = "stub" }.Start();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>All of them, faults included.</summary>
    public IReadOnlyCollection<StubRequest> Requests => _requests;

    /// <summary>One seed gives one sequence of faults, each with the given probability in 1/16.</summary>
    public static Func<StubRequest, Fault> RandomFaults(int seed, int sixteenths, params Fault[] faults)
    {
        var state = (uint)seed * 2_654_435_761u + 1;
        var inRow = 0;
        return _ =>
        {
            state = state * 1_664_525u + 1_013_904_223u;
            var isFaulty = (state >> 16) % 16 < sixteenths && inRow < 4;
            inRow = isFaulty ? inRow + 1 : 0;
            return isFaulty ? faults[(state >> 20) % faults.Length] : Fault.None;
        };
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private void Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = _listener.AcceptTcpClient();
            }
            catch (SocketException)
            {
                return; // stopped
            }

            new Thread(() => Serve(client)) { IsBackground = true }.Start();
        }
    }

    private void Serve(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            while (Read(stream) is { } request)
            {
                _requests.Enqueue(request);
                if (!Respond(client, stream, request))
                    return;
            }
        }
        catch (IOException)
        {
            // the client went away
        }
    }

    private bool Respond(TcpClient client, NetworkStream stream, StubRequest request)
    {
        Fault fault;
        StubAnswer? answer = null;
        lock (_one)
        {
            fault = _fault(request);
            if (fault is Fault.None or Fault.ResetAfter or Fault.HangAfter or Fault.HalfAnAnswer)
                answer = _answer(request);
        }

        switch (fault)
        {
            case Fault.ResetBefore or Fault.ResetAfter:
                client.Client.LingerState = new LingerOption(true, 0); // a reset rather than an orderly end
                return false;
            case Fault.Hang or Fault.HangAfter:
                _stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
                return false;
            case Fault.Refuse500:
                Write(stream, new StubAnswer(500, "{\"message\":\"broken\"}"));
                return true;
            case Fault.Refuse429:
                Write(stream, new StubAnswer(429, "{}", "Retry-After: 0"));
                return true;
            case Fault.Nonsense:
                Write(stream, new StubAnswer(200, "<html>please log in to this network</html>"));
                return true;
            case Fault.HalfAnAnswer:
                stream.Write(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"da"));
                return false;
            default:
                Write(stream, answer!);
                return true;
        }
    }

    private static void Write(NetworkStream stream, StubAnswer answer)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        stream.Write(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {answer.Status} X\r\nContent-Type: "
                + $"application/json\r\n{(answer.ExtraHeader is null ? "" : answer.ExtraHeader + "\r\n")}Content-Length: {body.Length}\r\n\r\n"));
        stream.Write(body);
    }

    private static StubRequest? Read(NetworkStream stream)
    {
        var head = new List<byte>();
        while (head.Count < 4 || !(head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            var next = stream.ReadByte();
            if (next < 0)
                return null;
            head.Add((byte)next);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts.ElementAtOrDefault(1) ?? "", StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length) : 0];
        stream.ReadExactly(body);
        return new StubRequest(first[0], first[1], headers, body);
    }
}
