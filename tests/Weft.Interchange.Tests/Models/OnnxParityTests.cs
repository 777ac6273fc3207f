using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Weft.Training;

namespace Weft.Interchange.Tests.Models;

/// <summary>The imported network against ONNX Runtime on the file that it was imported from.</summary>
public class OnnxParityTests(ITestOutputHelper output)
{
    private const int Pictures = 8;

    // Sums of thousands of terms through 22 layers; a wrong layer is off by tenths.
    private const double Tolerance = 1e-4;

    private static string Packages =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Packages").Value!;

    // 224 is the file's own size. At 160 and 192 its input and its last pool are made smaller; what else it says of paddings is read to the letter by the other
    // runtime, and is the same as ours at even sizes.
    [Theory]
    [InlineData(224)]
    [InlineData(192)]
    [InlineData(160)]
    public void Features_are_those_of_ONNX_Runtime(int side)
    {
        var file = OfPackage();
        var weights = WeightsImport.Import(file, "ResNet18.onnx", new WeightsOrigin("the package", "MIT"));
        Assert.Equal(("resnet18-cntk", 110, 0), (weights.Metadata.Network, weights.Tensors.Count, weights.Metadata.LeftOver.Count));
        var description = ModelCatalog.Describe("resnet18-cntk", new ModelOptions { Input = new FeatureShape(side, side, 3) });
        using var device = Device.Cpu(2);
        using var network = Network.Compile(
            NetworkCut.BeforeLogits(description)!.Front, device, new CompileOptions { BatchSize = Pictures, Training = false, DrawWeights = false });
        foreach (var tensor in network.State)
            tensor.CopyFrom(weights.Tensors.Single(source => source.Name == tensor.Name).Values);

        var bytes = Enumerable.Range(0, Pictures).Select(picture => Picture(picture, side)).ToArray();
        var preprocessing = weights.PreprocessingAt(side);
        var pixels = side * side;
        network.Forward(
            [.. bytes.SelectMany(picture => picture.Select((_, i) =>
                (float)((picture[i % 3 * pixels + i / 3] / 255.0 - preprocessing.Mean[i % 3]) / preprocessing.StandardDeviation[i % 3])))], Pictures);
        var features = network.Logits.ToArray();

        using var options = new SessionOptions { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(ForSide(file, side), options);
        double[] mean = [103.063, 115.903, 123.152];
        for (var picture = 0; picture < Pictures; picture++)
        {
            // Blue first, from 0 to 255, less the channel's mean.
            var values = bytes[picture].Select((_, i) => (float)(bytes[picture][(2 - i / pixels) * pixels + i % pixels] - mean[i / pixels])).ToArray();
            var input = new DenseTensor<float>(values, (int[])[1, 3, side, side]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], input)]);
            var expected = results[0].AsEnumerable<float>().ToArray();
            Assert.Equal(512, expected.Length);
            var own = features[(picture * 512)..((picture + 1) * 512)];
            var error = Math.Sqrt(own.Zip(expected, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(value => (double)value * value));
            output.WriteLine($"{side}, picture {picture}: relative L2 error {error:g2}; mean {expected.Average():f2}, maximum {expected.Max():f1}");
            Assert.True(error <= Tolerance, $"picture {picture}: {error}");
        }
    }

    internal static byte[] OfPackage()
    {
        var path = Path.Combine(
            Packages, "microsoft.ml.dnnimagefeaturizer.resnet18", "0.23.1", "tools", "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
        Assert.True(File.Exists(path), $"the package with the weights is not at {path}: dotnet restore fetches it");
        return File.ReadAllBytes(path);
    }

    // Planes of red, green and blue: stripes, discs and slopes that are wider than high, as of a picture that was not square.
    internal static byte[] Picture(int number, int side) => [.. Enumerable.Range(0, 3 * side * side).Select(i =>
    {
        var (channel, x, y) = (i / (side * side), i % side * 1.5 / side, i / side % side / (double)side);
        var wave = Math.Sin((3 + number) * 2 * x + channel) * Math.Cos((2 + number % 3) * 3 * y - channel);
        var disc = Math.Pow(x - 0.3 - 0.1 * number, 2) + Math.Pow(y - 0.5, 2) < 0.05 ? 60 - 40 * channel : 0;
        return (byte)Math.Clamp(120 + 70 * wave + disc + 20 * (x - y) + Rng.For(number, RngPurpose.Analysis).Uniform(i, -15, 15), 0, 255);
    })];

    // Numbers of as many bytes in place of those of the input's height and width and of the last pool's window.
    internal static byte[] ForSide(byte[] file, int side)
    {
        var changed = (byte[])file.Clone();
        byte[] dimension = [0x08, 0xe0, 0x01];
        for (var at = changed.AsSpan().IndexOf(dimension); at >= 0; at = Next(changed, dimension, at))
        {
            if (at < 8 || !Dimensions(changed, at))
                continue;
            changed[at + 1] = (byte)(side & 0x7f | 0x80);
        }

        var window = changed.AsSpan().LastIndexOf("kernel_shape"u8) + "kernel_shape".Length;
        for (var at = window; at < window + 6; at++)
            changed[at] = changed[at] == 7 ? (byte)(side / 32) : changed[at];
        return changed;

        static int Next(byte[] bytes, byte[] wanted, int after) =>
            bytes.AsSpan(after + 1).IndexOf(wanted) is var at and >= 0 ? after + 1 + at : -1;

        // A dimension stands in a message of three bytes.
        static bool Dimensions(byte[] bytes, int at) => bytes[at - 2] == 0x0a && bytes[at - 1] == 3;
    }
}
