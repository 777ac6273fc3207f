using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

/// <summary>The catalog's networks as PyTorch writes them (bench/peers), with their norms kept and with norms that are part of the convolutions.</summary>
public class PyTorchExportTests(ITestOutputHelper output)
{
    // All networks of bench/peers, at another version of the operators: WEFT_ONNX_PEERS="13 all". Sums of thousands of terms differ in the last digits.
    private static readonly string[] Choice =
        (Environment.GetEnvironmentVariable("WEFT_ONNX_PEERS") ?? "17 small,resnet18,mobilenetv3-small,googlenet").Split(' ');

    private const double Tolerance = 1e-4;

    private const string Script = """
        import inspect, sys, torch, warnings
        warnings.filterwarnings("ignore")
        sys.path.insert(0, sys.argv[1])
        from models import MODELS
        names = list(MODELS) if sys.argv[4] == "all" else sys.argv[4].split(",")
        for name in names:
            torch.manual_seed(1)
            in_colour = "channels" in inspect.signature(MODELS[name]).parameters
            model = MODELS[name](channels=3) if in_colour else MODELS[name]()
            small = name in ("small", "cnn4", "cnn5", "googlenet", "rescnn", "resnet9", "wideresnet")
            images = torch.rand(4, 3 if in_colour else 1, *((28, 28) if small else (64, 64)))
            model.train()
            with torch.no_grad():
                for _ in range(20): model(images)
            model.eval()
            for mode in ("fused", "kept"):
                training = torch.onnx.TrainingMode.EVAL if mode == "fused" else torch.onnx.TrainingMode.PRESERVE
                torch.onnx.export(model, images[:1], f"{sys.argv[2]}/{name}-{mode}.onnx", opset_version=int(sys.argv[3]), training=training,
                                  do_constant_folding=mode == "fused", input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "batch"}})
        """;

    [Fact, Trait("lane", "widest")]
    public async Task Networks_that_PyTorch_wrote_compute_what_ONNX_Runtime_computes()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/torch"), "Debian's python3-torch is not installed: none of its files was read");
        using var folder = new TemporaryFolder();
        using var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", Script, Peers(), folder.In(""), .. Choice]) { RedirectStandardError = true })!;
        var errors = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(python.WaitForExit(60_000) && python.ExitCode == 0, errors);
        var files = Directory.GetFiles(folder.In(""), "*.onnx").Order().ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
            Agrees(file);
    }

    private void Agrees(string file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(file, options);
        var dims = session.InputMetadata["images"].Dimensions;
        var classes = session.OutputMetadata["logits"].Dimensions[^1];
        double[] zeros = new double[dims[1]], ones = [.. zeros.Select(_ => 1.0)];
        var model = OnnxImport.Read(file, new OnnxImportChoices(zeros, ones, [.. Enumerable.Range(0, classes).Select(i => $"{i}")]));
        var (shape, numbers) = (model.Shape, Rng.For(7, RngPurpose.Analysis));
        float[] planes = [.. Enumerable.Range(0, shape.Length).Select(i => (float)numbers.Uniform(i, 0, 1))];
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", new DenseTensor<float>(planes, [1, .. dims[1..]]))]);
        var expected = results[0].AsEnumerable<float>().ToArray();
        using var device = Device.Cpu(2);
        using var network = model.Compile(device, new CompileOptions { BatchSize = 1, Training = false, Strict = true });
        network.Forward([.. planes.Select((_, i) => planes[i % shape.Channels * shape.Pixels + i / shape.Channels])], 1);
        var scale = expected.Max(value => Math.Abs(value));
        var worst = expected.Zip(network.Logits.ToArray(), (a, b) => Math.Abs((double)a - b)).Max() / scale;
        output.WriteLine(
            $"{Path.GetFileNameWithoutExtension(file)}: {model.Weights.Count} tensors ({model.Weights[0].Name} …), relative difference {worst:g2}");
        Assert.True(worst <= Tolerance, $"{file}: {worst}");
    }

    private static string Peers([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../../bench/peers"));
}
