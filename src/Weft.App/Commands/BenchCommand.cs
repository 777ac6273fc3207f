using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class BenchCommand : Command
{
    public BenchCommand(Screen screen) : base("bench", "Throughput of a training step or of inference on random images, data loading left out.")
    {
        Subcommands.Add(new Mode(screen, "train", "Forward, loss, backward and optimizer step.", training: true));
        Subcommands.Add(new Mode(screen, "infer", "Forward passes in evaluation.", training: false));
    }

    private sealed class Mode : Verb
    {
        private readonly Option<string> _model = new("--model") { Description = "The network.", HelpName = "NAME", DefaultValueFactory = _ => "small" };
        private readonly WholeNumber _batch = new("--batch", "Images in a step.", 1, 8192, 128);
        private readonly WholeNumber _threads = new("--threads", "Worker threads.", 1, 256, Math.Min(256, Environment.ProcessorCount), "all cores");
        private readonly WholeNumber _seconds = new("--seconds", "Time measured, after a warm-up of a third of it.", 1, 3600, 10);
        private readonly bool _training;

        public Mode(Screen screen, string name, string description, bool training) : base(name, description, screen)
        {
            _training = training;
            foreach (var option in new Option[] { _model, _batch, _threads, _seconds })
                Options.Add(option);
        }

        protected override ExitCode Run(ParseResult parse)
        {
            var (batch, threads, seconds) = (_batch.Of(parse), _threads.Of(parse), _seconds.Of(parse));
            var description = Models.Describe(parse.GetValue(_model)!);
            using var device = new CpuDevice(threads);
            using var signals = new StopSignals(_ => { }, _ => { });
            using var benchmark = new StepBenchmark(description, device, batch, _training);
            Screen.People.WriteLine($"{description.Name}, batch {batch}, {device.Summary}");
            StepTimes times;
            try
            {
                times = benchmark.Measure(TimeSpan.FromSeconds(seconds), signals.Token);
            }
            catch (OperationCanceledException) when (signals.Received is { } code)
            {
                return code;
            }
            Report(times, description, batch, threads, benchmark.Network.MemoryBytes);
            return ExitCode.Done;
        }

        private void Report(StepTimes times, NetworkDescription description, int batch, int threads, long networkBytes)
        {
            using var process = Process.GetCurrentProcess();
            var peak = process.PeakWorkingSet64;
            Screen.People.WriteLine($"{Figures.Count(times.ImagesPerSecond)} images/s, {times.MedianMilliseconds:F2} ms a step "
                + $"(median of {times.Count}; 10 % below {times.Quantile(0.1):F2}, 90 % below {times.Quantile(0.9):F2})");
            Screen.People.WriteLine($"memory: network {Figures.Bytes(networkBytes)}, process at most {Figures.Bytes(peak)}");
            Screen.WriteJson(new JsonObject
            {
                ["mode"] = Name,
                ["model"] = description.Name,
                ["batch"] = batch,
                ["threads"] = threads,
                ["vector_bits"] = CpuDevice.VectorLanes * 32,
                ["images_per_second"] = times.ImagesPerSecond,
                ["step_milliseconds"] = times.MedianMilliseconds,
                ["step_milliseconds_p10"] = times.Quantile(0.1),
                ["step_milliseconds_p90"] = times.Quantile(0.9),
                ["steps"] = times.Count,
                ["network_memory_bytes"] = networkBytes,
                ["peak_memory_bytes"] = peak,
            });
        }
    }
}
