// ONNX Runtime as a peer of eng/versus.cs, for inference:
//   dotnet run eng/versus.cs -- --python dotnet --peer bench/peers/onnxruntime.cs --model resnet18 --mode infer --side 224 --channels 3
// PyTorch writes the network as ONNX first (bench/peers/export.py, by python3 or what PYTHON names). Lines on stdin and stdout are as in peer.py.
#:package Microsoft.ML.OnnxRuntime
#:property PublishAot=false
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string Option(string name) => args[Array.IndexOf(args, "--" + name) + 1];
var (batch, side, channels) = (int.Parse(Option("batch")), int.Parse(Option("side")), int.Parse(Option("channels")));
if (Option("mode") != "infer")
    throw new ArgumentException("ONNX Runtime predicts only; --mode infer");

var file = Path.Combine(Path.GetTempPath(), $"weft-peer-{Environment.ProcessId}.onnx");
try
{
    string[] export = [Path.Combine(Folder(), "export.py"), "--model", Option("model"), "--side", $"{side}", "--channels", $"{channels}", "--out", file];
    using (var python = Process.Start(Environment.GetEnvironmentVariable("PYTHON") ?? "python3", export))
    {
        python.WaitForExit();
        if (python.ExitCode != 0)
            throw new InvalidOperationException("The network could not be written as ONNX; what PyTorch said is above.");
    }

    using var sessionOptions = new SessionOptions
    {
        IntraOpNumThreads = int.Parse(Option("threads")), GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
    };
    using var session = new InferenceSession(file, sessionOptions);
    var random = new Random(0);
    var pixels = new float[batch * channels * side * side];
    foreach (ref var pixel in pixels.AsSpan())
        pixel = (float)(2 * random.NextDouble() - 1);
    using var images = OrtValue.CreateTensorValueFromMemory(pixels, [batch, channels, side, side]);
    using var runOptions = new RunOptions();
    string[] inputs = [session.InputNames[0]], outputs = [session.OutputNames[0]];

    Answer(new JsonObject { ["peer"] = $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}", ["variant"] = "all optimizations" });
    while (Console.ReadLine() is { } line)
    {
        var seconds = double.Parse(line);
        Measure(seconds / 3);
        var times = Measure(seconds);
        times.Sort();
        var median = (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
        Answer(new JsonObject
        {
            ["images_per_second"] = batch / median, ["step_milliseconds"] = median * 1000, ["steps"] = times.Count,
            ["peak_memory_bytes"] = Process.GetCurrentProcess().PeakWorkingSet64,
        });
    }

    List<double> Measure(double seconds)
    {
        var times = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); times.Count < 5 || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds;)
        {
            var start = Stopwatch.GetTimestamp();
            using var results = session.Run(runOptions, inputs, [images], outputs);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
finally
{
    File.Delete(file);
}

static void Answer(JsonObject answer) => Console.WriteLine(answer.ToJsonString());

static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
