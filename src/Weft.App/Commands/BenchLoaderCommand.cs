using System.CommandLine;
using System.Diagnostics;
using Weft.Training;

namespace Weft.App;

/// <summary>What a batch costs the thread that makes it, beside what a step over it costs: the two run at the same time on different data.</summary>
internal sealed class BenchLoaderCommand : StoppableVerb
{
    private static readonly string[] EverythingOn =
    [
        "horizontal_flip=0.5", "rotation=15", "shift=0.2", "random_crop=4", "random_erasing=0.5", "mixup=0.2", "cutmix=1",
    ];

    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<bool> _all = new("--all-augmentation") { Description = "Every augmentation on." };
    private readonly WholeNumber _seconds = new("--seconds", "Time measured, for the loader and again for the step.", 1, 3600, 5);

    public BenchLoaderCommand(Screen screen) : base("loader", "Batches of real images, augmented, beside the step that trains on them.", screen)
    {
        _configuration.AddTo(this);
        Options.Add(_all);
        Options.Add(_seconds);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var resolved = _configuration.Resolve(parse, Screen);
        if (parse.GetValue(_all))
            resolved = resolved.With([.. EverythingOn.Select(set => ConfigurationResolver.ParseSet("augmentation." + set))]);
        var configuration = resolved.Value;
        var duration = TimeSpan.FromSeconds(_seconds.Of(parse));
        var dataset = DataSets.Open(configuration.Data, Screen, cancellationToken);
        var data = TrainingData.Prepare(dataset, configuration.Data);
        var batch = LoaderMilliseconds(data, configuration, duration, cancellationToken);
        using var device = Device.Cpu(configuration.Training.Threads ?? Environment.ProcessorCount);
        using var benchmark = new StepBenchmark(
            configuration.Model.Describe(dataset.ClassCount, dataset.Shape), device, configuration.CompileOptions, configuration.EffectiveOptimizer)
        {
            Loss = configuration.Loss,
        };
        var step = benchmark.Measure(duration, singlePass: false, cancellationToken).MedianMilliseconds;
        // The step has all cores to itself; the loader takes one of them for as long as a batch lasts.
        var share = batch / (step * device.Threads);
        Screen.People.WriteLine(
            $"{batch:F2} ms a batch of {configuration.Training.BatchSize} on one thread, {step:F1} ms a step of {configuration.Model.Name} on "
                + $"{device.Threads}: the loader costs {Figures.Percent(share)} of a step");
        Screen.WriteJson(new BenchLoaderDocument(configuration.Model.Name, configuration.Training.BatchSize, device.Threads, batch, step, share));
        return ExitCode.Done;
    }

    // Nobody trains meanwhile, so the loader is always the one that is waited for. The median, as other work on the machine only ever adds.
    private static double LoaderMilliseconds(TrainingData data, RunConfiguration configuration, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var loader = new BatchLoader(data.Dataset.Train, data.Split.Train, data.Statistics, new BatchLoaderOptions
        {
            BatchSize = configuration.Training.BatchSize, Seed = configuration.Training.Seed,
            Epochs = configuration.Training.Epochs, Augmentation = configuration.Augmentation,
        });
        for (var i = 0; i < 50; i++)
            loader.Next(); // compiles
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < duration || times.Count < 10;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            loader.Next();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
