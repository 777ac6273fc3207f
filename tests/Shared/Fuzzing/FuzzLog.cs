using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Text;
using System.Text.Json;

namespace Weft.Tests.Shared;

/// <summary>
/// What <c>eng/fuzz.cs</c> learns of a child process, however that ends: the input it was at, in a file that is mapped into memory, and at the end its
/// counts. A watch ends the process where an input takes longer or more memory than any may. Without <c>WEFT_FUZZ_LOG</c> nothing is written or watched.
/// </summary>
internal sealed class FuzzLog : IDisposable
{
    private const int PlaceBytes = 256;
    private const long MostMemory = 512L << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly string? _folder = Environment.GetEnvironmentVariable("WEFT_FUZZ_LOG");
    private readonly string _reader;
    private readonly SortedDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryMappedViewAccessor? _place;
    private readonly Thread? _watch;
    private TimeSpan _begun;
    private volatile int _seed = -1;
    private long _read;
    private (double Milliseconds, int Seed) _slowest;
    private (long Bytes, int Seed) _largest;

    public FuzzLog(string reader)
    {
        _reader = reader;
        if (_folder is null)
            return;
        using var file = MemoryMappedFile.CreateFromFile(Path.Combine(_folder, "place"), FileMode.OpenOrCreate, null, PlaceBytes);
        _place = file.CreateViewAccessor();
        _watch = new Thread(Watch) { IsBackground = true };
        _watch.Start();
    }

    public void Begin(int seed)
    {
        if (_place is null)
            return;
        var text = Encoding.ASCII.GetBytes($"{_reader}\n{seed}\n".PadRight(PlaceBytes));
        _place.WriteArray(0, text, 0, PlaceBytes);
        _begun = Environment.CpuUsage.TotalTime;
        _seed = seed;
    }

    /// <param name="refusal">What the reader said; null where it read the input.</param>
    public void End(string? refusal, long allocated)
    {
        if (_place is null)
            return;
        if (refusal is null)
            _read++;
        else
            _refusals[refusal] = _refusals.GetValueOrDefault(refusal) + 1;
        var time = (Environment.CpuUsage.TotalTime - _begun).TotalMilliseconds;
        if (time > _slowest.Milliseconds)
            _slowest = (time, _seed);
        if (allocated > _largest.Bytes)
            _largest = (allocated, _seed);
        _seed = -1;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _watch?.Join();
        _stop.Dispose();
        if (_place is null)
            return;
        _place.Dispose();
        File.WriteAllText(Path.Combine(_folder!, _reader + ".json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["reader"] = _reader, ["read"] = _read, ["refused"] = _refusals, ["slowest_milliseconds"] = _slowest.Milliseconds, ["slowest_seed"] = _slowest.Seed,
            ["largest_bytes"] = _largest.Bytes, ["largest_seed"] = _largest.Seed, ["peak_bytes"] = Process.GetCurrentProcess().PeakWorkingSet64,
        }));
    }

    private void Watch()
    {
        for (var (seen, at) = (-1, TimeSpan.Zero); !_stop.Token.WaitHandle.WaitOne(Pace);)
        {
            var now = Environment.CpuUsage.TotalTime;
            if (_seed != seen)
                (seen, at) = (_seed, now);
            else if (seen >= 0 && now - at > MostTime)
                Environment.FailFast($"{_reader}, seed {seen}: it took longer than {MostTime.TotalSeconds} s");
            if (Environment.WorkingSet > MostMemory)
                Environment.FailFast($"{_reader}, seed {_seed}: the process takes {Environment.WorkingSet:N0} bytes");
        }
    }
}
