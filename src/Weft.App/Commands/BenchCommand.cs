using System.CommandLine;
using System.Diagnostics;
using Weft.Training;

namespace Weft.App;

internal sealed class BenchCommand : Command
{
    public BenchCommand(Screen screen) : base("bench", "Throughput of a training step or of inference on random images, data loading left out.")
    {
        Subcommands.Add(new Mode(screen, "train", "Forward, loss, backward and optimizer step.", training: true));
        Subcommands.Add(new Mode(screen, "infer", "Forward passes in evaluation.", training: false));
        Subcommands.Add(new BenchLoaderCommand(screen));
    }

    private sealed class Mode : StoppableVerb
    {
        private static readonly SgdOptions Optimizer = new() { Momentum = 0.9, Nesterov = true, WeightDecay = 5e-4 };

        private readonly Option<string> _model = new("--model") { Description = "The network.", HelpName = "NAME", DefaultValueFactory = _ => "small" };
        private readonly WholeNumber _batch = new("--batch", "Images in a step.", 1, 8192, 128);
        private readonly WholeNumber _side = new("--side", "Height and width of an image.", 1, 4096, new ModelOptions().Input.Height);
        private readonly WholeNumber _channels = new("--channels", "Channels of an image: 1 is grey, 3 is colour.", 1, 4096, new ModelOptions().Input.Channels);
        private readonly WholeNumber _threads = WholeNumber.Threads();
        private readonly WholeNumber _seconds = new("--seconds", "Time measured, after a warm-up of a third of it.", 1, 3600, 10);
        private readonly Option<bool> _layers = new("--layers") { Description = "Also the time of each layer, measured for as long again." };
        private readonly bool _training;

        public Mode(Screen screen, string name, string description, bool training) : base(name, description, screen)
        {
            _training = training;
            foreach (var option in new Option[] { _model, _side, _channels, _batch, _threads, _seconds, _layers })
                Options.Add(option);
        }

        protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
        {
            var (batch, threads, seconds) = (_batch.Of(parse), _threads.Of(parse), _seconds.Of(parse));
            var description = Models.Describe(parse.GetValue(_model)!, new FeatureShape(_side.Of(parse), _side.Of(parse), _channels.Of(parse)));
            using var device = Device.Cpu(threads);
            using var benchmark = new StepBenchmark(description, device, new CompileOptions { BatchSize = batch }, _training ? Optimizer : null);
            Screen.People.WriteLine($"{description.Name}, images {description.Input}, batch {batch}, {device.Summary}");
            var times = benchmark.Measure(TimeSpan.FromSeconds(seconds), singlePass: false, cancellationToken);
            var layers = parse.GetValue(_layers) ? benchmark.MeasureLayers(TimeSpan.FromSeconds(seconds), cancellationToken) : [];
            Report(times, layers, benchmark.Network, batch, threads);
            return ExitCode.Done;
        }

        private void Report(StepTimes times, IReadOnlyList<LayerTimes> layers, Network network, int batch, int threads)
        {
            var gigaflops = network.FlopsPerSample * (_training ? 3 : 1) * times.ImagesPerSecond / 1e9; // backward is two more products of the forward's size
            using var process = Process.GetCurrentProcess();
            var peak = process.PeakWorkingSet64;
            Screen.People.WriteLine($"{Figures.Count(times.ImagesPerSecond)} images/s, {times.MedianMilliseconds:F2} ms a step "
                + $"(median of {times.Count}; 10 % below {times.Quantile(0.1):F2}, 90 % below {times.Quantile(0.9):F2}), {gigaflops:F0} GFLOP/s counted "
                    + "directly");
            Screen.People.WriteLine($"memory: network {Figures.Bytes(network.MemoryBytes)}, process at most {Figures.Bytes(peak)}");
            WriteLayers(layers, batch);
            Screen.WriteJson(new BenchDocument
            {
                Mode = Name,
                Model = network.Description.Name,
                Batch = batch,
                Threads = threads,
                VectorBits = network.Device.NumericProfile.VectorBits,
                ImagesPerSecond = times.ImagesPerSecond,
                StepMilliseconds = times.MedianMilliseconds,
                StepMillisecondsTenth = times.Quantile(0.1),
                StepMillisecondsNinetieth = times.Quantile(0.9),
                Steps = times.Count,
                GigaflopsPerSecond = Math.Round(gigaflops, 1),
                NetworkMemoryBytes = network.MemoryBytes,
                PeakMemoryBytes = peak,
                Layers = layers.Count == 0 ? null : [.. layers.Select(layer =>
                    new BenchLayerEntry(layer.Layer, layer.Summary, layer.ForwardMilliseconds, layer.BackwardMilliseconds, layer.Flops))],
            });
        }

        private void WriteLayers(IReadOnlyList<LayerTimes> layers, int batch)
        {
            if (layers.Count == 0)
                return;
            var width = Math.Max(5, layers.Max(layer => layer.Layer.Length));
            Screen.People.WriteLine($"{"layer".PadRight(width)}  {"forward",10}  {"GFLOP/s",8}  {"backward",10}  {"GFLOP/s",8}");
            foreach (var layer in layers)
                Screen.People.WriteLine(
                    $"{layer.Layer.PadRight(width)}  {Milliseconds(layer.ForwardMilliseconds),10}  {Gigaflops(layer.ForwardGigaflops(batch)),8}  "
                    + $"{Milliseconds(layer.BackwardMilliseconds),10}  {Gigaflops(layer.BackwardGigaflops(batch)),8}  {layer.Summary}".TrimEnd());
            Screen.People.WriteLine(
                $"{"sum".PadRight(width)}  {Milliseconds(layers.Sum(layer => layer.ForwardMilliseconds)),10}  {"",8}  "
                    + $"{Milliseconds(layers.Sum(layer => layer.BackwardMilliseconds)),10}");
        }

        private static string Milliseconds(double value) => value > 0 ? $"{value:F3} ms" : "";

        private static string Gigaflops(double value) => value > 0 ? $"{value:F0}" : "";
    }
}
