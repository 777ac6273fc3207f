// Weft beside PyTorch on the same machine, in turns:
//   dotnet run eng/versus.cs -- --model cnn5 --mode train --batch 128 --threads 2 --rounds 5 [--seconds 10] [--python python3] [--out bench/results]
// With --peer bench/peers/earlier.py the peer is another build of Weft (EARLIER_WEFT).
// Each round first says what the machine gives at that moment (multiply-add peak of 1 and 2 threads), then lets one side work, then the other, the order
// changing from round to round. The result is added to bench/results/<date>-<machine>.json and .md.
#:property Optimize=true
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

const string OfPyTorch = "bench/peers/peer.py";
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Directory.SetCurrentDirectory(Path.GetDirectoryName(Path.GetDirectoryName(ScriptPath()))!);
var options = new Dictionary<string, string>
{
    ["model"] = "cnn5", ["mode"] = "train", ["batch"] = "128", ["threads"] = "2", ["side"] = "28", ["channels"] = "1", ["rounds"] = "5", ["seconds"] = "10",
    ["python"] = "python3", ["peer"] = OfPyTorch, ["weft"] = OperatingSystem.IsWindows() ? "weft.cmd" : "./weft", ["out"] = "bench/results",
};
for (var i = 0; i < args.Length; i += 2)
{
    if (!args[i].StartsWith("--") || !options.ContainsKey(args[i][2..]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"versus: {args[i]} is not an option with a value; there are {string.Join(" ", options.Keys.Select(key => "--" + key))}");
        return 2;
    }

    options[args[i][2..]] = args[i + 1];
}

var (model, mode, batch, threads) = (options["model"], options["mode"], int.Parse(options["batch"]), int.Parse(options["threads"]));
var (side, channels) = (int.Parse(options["side"]), int.Parse(options["channels"]));
string[] work = ["--model", model, "--batch", $"{batch}", "--threads", $"{threads}", "--side", $"{side}", "--channels", $"{channels}"];
var (rounds, seconds) = (int.Parse(options["rounds"]), options["seconds"]);

using var peer = Process.Start(new ProcessStartInfo(options["python"], [options["peer"], "--mode", mode, .. work])
{
    RedirectStandardInput = true,
    RedirectStandardOutput = true,
})!;
var greeting = ReadPeer();
Console.WriteLine($"{model} {mode}, images {side}x{side}x{channels}, batch {batch}, {threads} threads; {greeting["peer"]} ({greeting["variant"]})");
_ = Weft("1"); // builds, if need be, before anything is measured

var lines = new List<Round>();
for (var round = 0; round < rounds; round++)
{
    var (one, two) = (Peak.GigaFlops(1), Peak.GigaFlops(2));
    var before = ProcessorTimes();
    double ours = 0, theirs = 0;
    foreach (var weftsTurn in round % 2 == 0 ? new[] { true, false } : [false, true])
    {
        if (weftsTurn)
            ours = Weft(seconds);
        else
            theirs = AskPeer(seconds);
    }

    var after = ProcessorTimes();
    var steal = after.Total > before.Total ? (double)(after.Steal - before.Steal) / (after.Total - before.Total) : 0;
    lines.Add(new Round(ours, theirs, one, two, steal));
    Console.WriteLine(
        $"round {round + 1}: peak {one:F0} / {two:F0} GFLOP/s (1 / 2 threads), weft {ours:F1}, peer {theirs:F1} images/s, ratio {ours / theirs:F2}, steal "
        + $"{steal:P1}");
}

peer.StandardInput.Close();
peer.WaitForExit();
var ratios = lines.Select(line => line.Weft / line.Peer).ToList();
Console.WriteLine($"ratio: median {Median(ratios):F2}, {ratios.Min():F2} to {ratios.Max():F2}");
Save(options["out"]);
return 0;

static string ScriptPath([CallerFilePath] string path = "") => path;

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

JsonObject ReadPeer() =>
    JsonNode.Parse(peer.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer ended; what it said is above."))!.AsObject();

double AskPeer(string duration)
{
    peer.StandardInput.WriteLine(duration);
    return (double)ReadPeer()["images_per_second"]!;
}

double Weft(string duration)
{
    using var weft = Process.Start(new ProcessStartInfo(options["weft"], ["bench", mode, .. work, "--seconds", duration, "--json", "--quiet"])
    {
        RedirectStandardOutput = true,
    })!;
    var output = weft.StandardOutput.ReadToEnd();
    weft.WaitForExit();
    if (weft.ExitCode != 0)
        throw new InvalidOperationException($"weft bench ended with {weft.ExitCode}; what it said is above.");
    return (double)JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!["images_per_second"]!;
}

// Linux counts the time that the host took away from this virtual machine.
static (long Total, long Steal) ProcessorTimes()
{
    if (!File.Exists("/proc/stat"))
        return (0, 0);
    var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse).ToArray();
    return (fields.Take(8).Sum(), fields.ElementAtOrDefault(7));
}

static string Machine()
{
    var processor = File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name"))?.Split(':')[1].Trim()
        : null;
    var vectors = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
    return $"{processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, {vectors}-bit vectors";
}

void Save(string folder)
{
    Directory.CreateDirectory(folder);
    var date = DateTime.UtcNow.ToString("yyyy-MM-dd");
    var name = string.Concat(Machine().ToLowerInvariant().Replace("(r)", "").Replace("(tm)", "").Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
    while (name.Contains("--"))
        name = name.Replace("--", "-");
    var path = Path.Combine(folder, $"{date}-{name}.json");
    var records = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsArray() : [];
    var record = new JsonObject
    {
        ["model"] = model,
        ["mode"] = mode,
        ["batch"] = batch,
        ["threads"] = threads,
        ["side"] = side,
        ["channels"] = channels,
        ["images_per_second"] = Math.Round(Median(lines.Select(line => line.Weft)), 1),
        ["peer"] = $"{greeting["peer"]}, {greeting["variant"]}",
        ["peer_images_per_second"] = Math.Round(Median(lines.Select(line => line.Peer)), 1),
        ["ratio_median"] = Math.Round(Median(ratios), 3),
        ["ratio_min"] = Math.Round(ratios.Min(), 3),
        ["ratio_max"] = Math.Round(ratios.Max(), 3),
        ["rounds"] = rounds,
        ["machine"] = Machine(),
        ["date"] = date,
        ["command"] = $"dotnet run eng/versus.cs -- --model {model} --mode {mode} --batch {batch} --threads {threads} "
            + (side == 28 && channels == 1 ? "" : $"--side {side} --channels {channels} ")
            + (options["peer"] == OfPyTorch ? "" : $"--peer {options["peer"]} ") + $"--rounds {rounds} --seconds {seconds}",
        ["each_round"] = new JsonArray([.. lines.Select(line => line.ToJson())]),
    };
    string[] keys = ["model", "mode", "batch", "threads", "side", "channels", "peer"];
    foreach (var old in records.Where(old => keys.All(key => JsonNode.DeepEquals(old![key], record[key]))).ToList())
        records.Remove(old);
    records.Add((JsonNode)record);
    File.WriteAllText(path, records.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    File.WriteAllText(Path.ChangeExtension(path, ".md"), Markdown(records, date));
    Console.WriteLine($"written to {path} and .md");
}

static string Markdown(JsonArray records, string date)
{
    var text = new StringBuilder(
        $"# Weft beside its peers, {date}\n\n{Machine()}. Images per second, medians over the rounds; the ratio is taken in each round.\n\n");
    text.Append("| model | mode | images | batch | threads | Weft | peer | peer's | ratio (median, range) | rounds | peak GFLOP/s, 1 and 2 threads "
        + "|\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    foreach (var r in records.Select(r => r!.AsObject()))
    {
        var each = r["each_round"]!.AsArray();
        string Range(string key) => $"{each.Min(e => (double)e![key]!):F0}-{each.Max(e => (double)e![key]!):F0}";
        text.Append($"| {r["model"]} | {r["mode"]} | {r["side"]}x{r["side"]}x{r["channels"]} | {r["batch"]} | {r["threads"]} ")
            .Append($"| {r["images_per_second"]} | {r["peer"]} | {r["peer_images_per_second"]} ")
            .Append($"| **{r["ratio_median"]}** ({r["ratio_min"]} to {r["ratio_max"]}) | {r["rounds"]} | {Range("peak_1_thread")}, {Range("peak_2_threads")} "
                + $"|\n");
    }

    text.Append("\nMade by:\n\n```\n");
    foreach (var r in records)
        text.Append($"{r!["command"]}\n");
    return text.Append("```\n").ToString();
}

internal sealed record Round(double Weft, double Peer, double PeakOne, double PeakTwo, double Steal)
{
    public JsonObject ToJson() => new()
    {
        ["images_per_second"] = Math.Round(Weft, 1),
        ["peer_images_per_second"] = Math.Round(Peer, 1),
        ["peak_1_thread"] = Math.Round(PeakOne, 1),
        ["peak_2_threads"] = Math.Round(PeakTwo, 1),
        ["steal"] = Math.Round(Steal, 4),
    };
}

/// <summary>Multiply-adds on registers alone: what the processor could do at best right now.</summary>
internal static class Peak
{
    private const int Repeats = 20_000_000;

    public static double GigaFlops(int threads)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Burn(Repeats))).ToList();
        Burn(1000);
        var start = Stopwatch.GetTimestamp();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        var lanes = Vector512.IsHardwareAccelerated ? 16 : 8;
        return 2.0 * 12 * lanes * Repeats * threads / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private static float Burn(int repeats) => Vector512.IsHardwareAccelerated ? Burn512(repeats) : Burn256(repeats);

    // Twelve chains: more than the latency (4 cycles) times the units (2) need, fewer than there are registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burn512(int repeats)
    {
        var (x, y) = (Vector512.Create(0.999f), Vector512.Create(0.001f));
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var n = 0; n < repeats; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y); b = Vector512.FusedMultiplyAdd(b, x, y); c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y); e = Vector512.FusedMultiplyAdd(e, x, y); f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y); h = Vector512.FusedMultiplyAdd(h, x, y); i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y); k = Vector512.FusedMultiplyAdd(k, x, y); l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burn256(int repeats)
    {
        var (x, y) = (Vector256.Create(0.999f), Vector256.Create(0.001f));
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var n = 0; n < repeats; n++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y); b = Vector256.FusedMultiplyAdd(b, x, y); c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y); e = Vector256.FusedMultiplyAdd(e, x, y); f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y); h = Vector256.FusedMultiplyAdd(h, x, y); i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y); k = Vector256.FusedMultiplyAdd(k, x, y); l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
