// Load on weft serve: the table of targets, with the client on the same machine. Every answer is compared bit by bit with what weft predict says.
//   dotnet run eng/serveload.cs -- table --small RUN --large RUN [--runs DIR] [--seconds 20] [--reloads 500] [--only TEXT] [--out FILE.md]
//   dotnet run eng/serveload.cs -- try RUN [--runs DIR] --clients 16 [--seconds 5]                    one closed loop
//   dotnet run eng/serveload.cs -- open RUN [--runs DIR] --rate 2000 [--seconds 5]                    one open loop, latency from the intended time
// A closed loop asks again when it is answered, so it hides waiting; an open loop asks at times that are fixed before, whatever comes back. Build first:
// dotnet run eng/dev.cs build
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var seconds = double.Parse(Option("--seconds", "10"));
var runs = Option("--runs", "runs");
using var place = new Place();
if (args is ["table", ..])
    return Table();
if (args is not ["try" or "open", var asked, ..])
{
    Console.Error.WriteLine("serveload: dotnet run eng/serveload.cs -- table --small RUN --large RUN | try RUN | open RUN");
    return 2;
}

using (var server = new Server(asked, runs, place))
    Console.WriteLine(args[0] == "open" ? Load.Open(server, double.Parse(Option("--rate", "1000")), seconds)
        : Load.Closed(server, int.Parse(Option("--clients", "16")), seconds));
return 0;

int Table()
{
    var (small, large, only) = (Option("--small", "small"), Option("--large", "cnn5"), Option("--only", ""));
    var rows = new List<(string What, string Target, string Measured, bool Met)>();
    void Row(string what, string target, Func<(string, bool)> measure)
    {
        if (!what.Contains(only, StringComparison.OrdinalIgnoreCase))
            return;
        var (measured, met) = measure();
        rows.Add((what, target, measured, met));
        Console.WriteLine($"{what}: {measured} ({target}) {(met ? "met" : "MISSED")}");
    }

    var capacity = 0.0;
    Load Closed(string model, int clients)
    {
        using var server = new Server(model, runs, place);
        return Load.Closed(server, clients, seconds);
    }

    Row("small, 16 clients, raw bytes", "≥ 3,500 requests/s, p99 ≤ 25 ms", () =>
        Closed(small, 16) is var load ? ($"{load}", load is { Rate: >= 3500, P99: <= 25, Wrong: 0 }) : default);
    Row("cnn5, 1 client", "p50 ≤ 2 ms, p99 ≤ 8 ms", () =>
        Closed(large, 1) is var load ? ($"{load}", load is { P50: <= 2, P99: <= 8, Wrong: 0 }) : default);
    Row("cnn5, 64 clients", "≥ 1,400 requests/s (AVX-512), p99 ≤ 100 ms, mean batch ≥ 8", () =>
    {
        var load = Closed(large, 64);
        capacity = load.Rate;
        return ($"{load}", load is { Rate: >= 1400, P99: <= 100, Batch: >= 8, Wrong: 0 });
    });
    Row("cnn5, open loop at twice the capacity", "503 within 50 ms, p99 of the accepted ≤ 300 ms, memory flat", () =>
    {
        using var server = new Server(large, runs, place);
        var rate = 2 * (capacity > 0 ? capacity : Load.Closed(server, 64, seconds).Rate);
        Load.Open(server, rate, 3); // buffers of so many connections are taken once
        var before = server.Megabytes;
        var load = Load.Open(server, rate, seconds);
        var grown = server.Megabytes - before;
        return ($"{load}; memory {before:F0} MB and {grown:F0} more",
            load is { Refused: > 0, RefusedP99: <= 50, P99: <= 300, Wrong: 0 } && grown < 40);
    });
    Row("/v2/…/infer of 32 images, JSON against bytes", "bytes ≥ 5 times as fast, the same bits", () =>
    {
        using var server = new Server(small, runs, place);
        var (json, bytes, same) = Infer.Compare(server, seconds / 2);
        return ($"{json:F0} and {bytes:F0} requests/s: {bytes / json:F1} times; bits {(same ? "the same" : "DIFFER")}", same && bytes >= 5 * json);
    });
    var reloads = int.Parse(Option("--reloads", "500"));
    Row($"{reloads} reloads under load", "0 failed, 0 mixed, memory flat", () =>
    {
        var (load, taken, slope) = Load.Reloads(small, large, runs, place, reloads);
        return ($"{taken} taken, {load}; {slope:F3} MB more with each reload in the second half",
            taken >= reloads && load is { Wrong: 0, Refused: 0 } && slope < 0.02);
    });
    if (Option("--out", "") is { Length: > 0 } file)
        File.WriteAllText(file, Report(rows));
    return rows.TrueForAll(row => row.Met) ? 0 : 1;
}

string Report(List<(string What, string Target, string Measured, bool Met)> rows)
{
    var processor = File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim() : "?";
    var text = new StringBuilder($"""
        # weft serve under load, {DateTime.UtcNow:yyyy-MM-dd}

        {processor}, {Environment.ProcessorCount} cores with the client on them; `dotnet run eng/serveload.cs -- {string.Join(' ', args)}`.
        Every answer was compared bit by bit with `weft predict`.

        | what | target | measured | |
        |---|---|---|---|

        """);
    foreach (var (what, target, measured, met) in rows)
        text.AppendLine($"| {what} | {target} | {measured} | {(met ? "met" : "missed")} |");
    return text.ToString();
}

static string ScriptPath([CallerFilePath] string path = "") => path;

string Option(string name, string usual) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : usual;

/// <summary>A folder with images that nobody has seen, as an IDX file.</summary>
internal sealed class Place : IDisposable
{
    public const int Count = 256, Size = 28, Length = Size * Size;

    public Place()
    {
        var random = new Random(20);
        var file = new byte[16 + Count * Length];
        new byte[] { 0, 0, 8, 3, 0, 0, Count >> 8, Count & 255, 0, 0, 0, Size, 0, 0, 0, Size }.CopyTo(file, 0);
        for (var i = 0; i < Count; i++)
        {
            var (left, top, wide, high) = (random.Next(10), random.Next(10), 4 + random.Next(14), 4 + random.Next(14));
            Images.Add(new byte[Length]);
            for (var p = 0; p < Length; p++)
                Images[i][p] = (byte)(p % Size >= left && p % Size < left + wide && p / Size >= top && p / Size < top + high ? 100 + random.Next(155) : 0);
            Images[i].CopyTo(file, 16 + i * Length);
        }

        File.WriteAllBytes(Idx, file);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("weft-serveload-").FullName;
    public string Idx => Path.Combine(Folder, "images-idx3-ubyte");
    public List<byte[]> Images { get; } = [];
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>What weft predict says of each image, from "class" to the end of its entry.</summary>
    public byte[][] Expected(string model, string runs)
    {
        using var process = Process.Start(new ProcessStartInfo(Server.Program, ["predict", model, Idx, "--runs", runs, "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using var document = JsonDocument.Parse(process.ExitCode == 0 ? output : throw new InvalidOperationException(error.Result));
        return [.. document.RootElement.GetProperty("predictions").EnumerateArray().Select(entry => entry.GetRawText())
            .Select(text => Encoding.UTF8.GetBytes(text[text.IndexOf("\"class\":", StringComparison.Ordinal)..]))];
    }
}

/// <summary>weft serve as a process of its own, and what its model answers.</summary>
internal sealed class Server : IDisposable
{
    public static readonly string Program = Path.GetFullPath(Path.Combine("artifacts", "bin", "Weft.App", "release", "Weft.App"));

    private readonly Process _process;

    public Server(string model, string runs, Place place, params string[] more)
    {
        Place = place;
        Expected = place.Expected(model, runs);
        _process = Process.Start(new ProcessStartInfo(Program, ["serve", model, "--runs", runs, "--listen", "127.0.0.1:0", "--name", "m", "--json", .. more])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => Errors += line.Data?.StartsWith("warning", StringComparison.Ordinal) == true ? line.Data + "\n" : "";
        _process.BeginErrorReadLine();
        using var said = JsonDocument.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("weft serve said nothing"));
        Port = new Uri(said.RootElement.GetProperty("url").GetString()!).Port;
        Requests = [.. place.Images.Select(image => Request("/predict", "application/octet-stream", image))];
        Load.Closed(this, 8, 1.5); // what is compiled late is compiled now
    }

    public Place Place { get; }
    public int Port { get; }
    public byte[][] Expected { get; }
    public byte[][] Requests { get; }
    public string Errors { get; private set; } = "";

    public double Megabytes => Process.GetProcessById(_process.Id).WorkingSet64 / 1e6;

    public byte[] Request(string path, string type, byte[] body, string headers = "") =>
    [
        .. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{Port}\r\nContent-Type: {type}\r\n"),
        .. Encoding.ASCII.GetBytes($"{headers}Content-Length: {body.Length}\r\n\r\n"), .. body,
    ];

    /// <summary>A number of /metrics.</summary>
    public double Metric(string name)
    {
        using var http = new HttpClient();
        return http.GetStringAsync($"http://127.0.0.1:{Port}/metrics").Result.Split('\n')
            .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Sum(line => double.Parse(line.Split(' ')[1]));
    }

    public void Dispose()
    {
        Process.Start("kill", ["-TERM", $"{_process.Id}"])!.WaitForExit();
        _process.WaitForExit();
        Console.Error.Write(Errors.Length > 0 || _process.ExitCode != 0 ? $"weft serve ended with {_process.ExitCode}: {Errors}\n" : "");
        _process.Dispose();
    }
}

/// <summary>A kept connection that sends bytes and takes an answer, with as little work as can be: the client runs on the server's cores.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[1 << 14];

    public Connection(int port) => _socket.Connect("127.0.0.1", port);

    public async ValueTask<(int Status, ReadOnlyMemory<byte> Body)> Send(byte[] request)
    {
        await _socket.SendAsync(request);
        var (count, head, length) = (0, -1, 0);
        while (head < 0 || count < head + length)
        {
            if (count == _buffer.Length)
                Array.Resize(ref _buffer, 2 * count);
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(count));
            if (read == 0)
                throw new IOException("the server closed the connection");
            count += read;
            if (head < 0 && _buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) is var end and >= 0)
            {
                head = end + 4;
                var at = _buffer.AsSpan(0, end).IndexOf("Content-Length: "u8) + 16;
                while (_buffer[at] is >= (byte)'0' and <= (byte)'9')
                    length = 10 * length + _buffer[at++] - '0';
            }
        }

        return ((_buffer[9] - '0') * 100 + (_buffer[10] - '0') * 10 + _buffer[11] - '0', _buffer.AsMemory(head, length));
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>What came of a load. Times in milliseconds.</summary>
internal sealed record Load(double Rate, double P50, double P99, double Batch, long Wrong)
{
    private const int Connections = 700;

    public long Refused { get; init; }

    public double RefusedP99 { get; init; }

    public override string ToString() => $"{Rate:N0} requests/s, p50 {P50:F1} ms, p99 {P99:F1} ms, mean batch {Batch:F1}, {Wrong} wrong"
        + (Refused > 0 ? $", {Refused:N0} refused (p99 {RefusedP99:F1} ms)" : "");

    /// <summary>Clients that ask again when they are answered.</summary>
    public static Load Closed(Server server, int clients, double seconds) => Run(server, seconds, clients, async (tally, end) =>
    {
        using var connection = new Connection(server.Port);
        for (var i = tally.Number; Stopwatch.GetTimestamp() < end; i = (i + 7) % Place.Count)
            await tally.Ask(connection, server, i, Stopwatch.GetTimestamp());
    });

    /// <summary>Requests at times that are fixed before.</summary>
    public static Load Open(Server server, double rate, double seconds)
    {
        var (begun, next) = (Stopwatch.GetTimestamp() + Stopwatch.Frequency / 20, -1L);
        return Run(server, seconds, Connections, async (tally, end) =>
        {
            using var connection = new Connection(server.Port);
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                var intended = begun + (long)(number * Stopwatch.Frequency / rate);
                if (intended >= end)
                    return;
                if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), intended) is var wait && wait > TimeSpan.FromMilliseconds(1))
                    await Task.Delay(wait);
                await tally.Ask(connection, server, (int)(number % Place.Count), intended);
            }
        });
    }

    /// <summary>Two models change places in a file that is watched, while eight clients ask.</summary>
    public static (Load Load, double Taken, double Slope) Reloads(string first, string second, string runs, Place place, int count)
    {
        var path = Path.Combine(place.Folder, "served.safetensors");
        string[] files = [.. new[] { first, second }.Select(name => File.Exists(name) ? name : Path.Combine(runs, name, "checkpoints", "best.safetensors"))];
        File.Copy(files[0], path);
        using var server = new Server(path, runs, place, "--reload");
        var other = place.Expected(second, runs);
        var memory = new List<double>();
        using var stop = new CancellationTokenSource();
        var swaps = Task.Run(async () =>
        {
            for (var i = 1; i <= count; i++)
            {
                File.Copy(files[i % 2], path + ".new", overwrite: true);
                File.Move(path + ".new", path, overwrite: true);
                for (var wait = 0; wait < 400 && server.Metric("weft_model_reloads_total{outcome=\"taken\"}") < i; wait++)
                    await Task.Delay(50);
                memory.Add(server.Megabytes);
            }

            await stop.CancelAsync();
        });
        var load = Run(server, double.MaxValue, 8, async (tally, _) =>
        {
            using var connection = new Connection(server.Port);
            for (var i = tally.Number; !stop.IsCancellationRequested; i = (i + 7) % Place.Count)
                await tally.Ask(connection, server, i, Stopwatch.GetTimestamp(), other);
        });
        swaps.Wait();
        var quarter = Math.Max(1, count / 4);
        var slope = (memory.TakeLast(quarter).Average() - memory.SkipLast(quarter).TakeLast(quarter).Average()) / quarter;
        return (load, server.Metric("weft_model_reloads_total{outcome=\"taken\"}"), slope);
    }

    private static Load Run(Server server, double seconds, int clients, Func<Tally, long, Task> client)
    {
        var tallies = Enumerable.Range(0, clients).Select(number => new Tally(number)).ToArray();
        var (batches, pictures) = (server.Metric("weft_predict_batch_size_count"), server.Metric("weft_predict_batch_size_sum"));
        var begun = Stopwatch.GetTimestamp();
        var end = seconds >= 1e6 ? long.MaxValue : begun + (long)(seconds * Stopwatch.Frequency);
        Task.WaitAll([.. tallies.Select(tally => Task.Run(() => client(tally, end)))]);
        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        double[] accepted = [.. tallies.SelectMany(tally => tally.Accepted).Order()], refused = [.. tallies.SelectMany(tally => tally.Refused).Order()];
        var count = server.Metric("weft_predict_batch_size_count") - batches;
        return new Load(accepted.Length / elapsed, At(accepted, 0.5), At(accepted, 0.99), (server.Metric("weft_predict_batch_size_sum") - pictures) / count,
            tallies.Sum(tally => tally.Wrong))
        {
            Refused = refused.Length, RefusedP99 = At(refused, 0.99),
        };
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    private sealed class Tally(int number)
    {
        public int Number => number;
        public List<double> Accepted { get; } = [];
        public List<double> Refused { get; } = [];
        public long Wrong { get; private set; }

        /// <param name="other">What another model, which may answer too, says.</param>
        public async Task Ask(Connection connection, Server server, int image, long begun, byte[][]? other = null)
        {
            var (status, body) = await connection.Send(server.Requests[image]);
            var time = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            (status == 200 ? Accepted : Refused).Add(time);
            var isOfModel = body.Span.IndexOf(server.Expected[image]) >= 0 || (other is not null && body.Span.IndexOf(other[image]) >= 0);
            Wrong += status == 503 || (status == 200 && isOfModel) ? 0 : 1;
        }
    }
}

/// <summary>The Open Inference Protocol with 32 images in a request, as JSON and as bytes.</summary>
internal static class Infer
{
    private const int Images = 32;

    public static (double Json, double Bytes, bool Same) Compare(Server server, double seconds)
    {
        var images = server.Place.Images.Take(Images).ToArray();
        var input = $"\"name\":\"image\",\"shape\":[{Images},1,{Place.Size},{Place.Size}],\"datatype\":\"UINT8\"";
        var data = string.Join(',', images.SelectMany(image => image));
        var text = $"{{\"inputs\":[{{{input},\"data\":[{data}]}}],\"outputs\":[{{\"name\":\"probabilities\"}}]}}";
        var head = Encoding.ASCII.GetBytes($"{{\"inputs\":[{{{input},\"parameters\":{{\"binary_data_size\":{Images * Place.Length}}}}}],"
            + "\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"binary_data\":true}}]}");
        const string Path = "/v2/models/m/infer";
        var json = server.Request(Path, "application/json", Encoding.ASCII.GetBytes(text));
        var bytes = server.Request(Path, "application/octet-stream", [.. head, .. images.SelectMany(image => image)],
            $"Inference-Header-Content-Length: {head.Length}\r\n");
        var (jsonRate, jsonBody) = Rate(server, json, seconds);
        var (bytesRate, bytesBody) = Rate(server, bytes, seconds);
        var rows = server.Expected.Take(Images).Select(Encoding.UTF8.GetString).Select(entry => entry.Split("\"probabilities\":[")[1].Split(']')[0]);
        var expected = string.Join(',', rows);
        float[] values = [.. expected.Split(',').Select(float.Parse)];
        var raw = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytesBody.AsSpan(bytesBody.Length - sizeof(float) * values.Length));
        return (jsonRate, bytesRate, values.AsSpan().SequenceEqual(raw) && Encoding.UTF8.GetString(jsonBody).Contains($"\"data\":[{expected}]"));
    }

    private static (double Rate, byte[] Body) Rate(Server server, byte[] request, double seconds)
    {
        using var connection = new Connection(server.Port);
        var (count, body) = (0, Array.Empty<byte>());
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds)
        {
            var (status, answer) = connection.Send(request).AsTask().Result;
            body = status == 200 ? answer.ToArray() : throw new InvalidOperationException(Encoding.UTF8.GetString(answer.Span));
            count++;
        }

        return (count / Stopwatch.GetElapsedTime(begun).TotalSeconds, body);
    }
}
