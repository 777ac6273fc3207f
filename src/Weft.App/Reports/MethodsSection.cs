using System.Text;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>How it was done, in words, and how to do it again.</summary>
internal static class MethodsSection
{
    public static Html Render(ReportRun run)
    {
        var information = run.Reader.Information;
        var data = information.Data;
        string Numbers(IReadOnlyList<double> values) => string.Join(", ", values.Select(value => value.ToString("F4", CultureInfo.InvariantCulture)));
        var configuration = run.Configuration;
        var command = RunReference.TrainCommand(run.Reader.Folder);
        return Html.Of(
            $"""
            <section><h2>Methods</h2>
            <p>The network <b>{information.Model}</b> ({Figures.Count(information.ParameterCount)} parameters) was trained on {Figures.Count(data.Train)} images of {data.Name} in batches of {configuration.Training.BatchSize}, for up to {configuration.Training.Epochs} epochs, by {Written("optimizer.name", configuration)} with a learning rate of {Figures.Rate(configuration.Optimizer.LearningRate)} and the schedule {Written("schedule.name", configuration)}, seed {information.Seed.ToString(CultureInfo.InvariantCulture)}. {Figures.Count(data.Validation)} further images, drawn evenly from the classes, chose the epoch; no test image was used for any choice. Pixels were normalized with the training images' mean ({Numbers(data.Mean)}) and standard deviation ({Numbers(data.StandardDeviation)}) on the 0…1 scale. Intervals are 95 %: Wilson's for shares, DeLong's for effects. Saliency is Grad-CAM; similarity is the cosine of what enters the last layer; suspect labels are confident learning's.</p>
            <h3>To do it again</h3><pre>{command}
            weft analyze {run.Reference} --split {run.Split}
            weft report {run.Reference} --split {run.Split}</pre>
            <p class="meta">Checkpoint {run.Checkpoint}, epoch {run.Summary.Epoch}. Started as <code>{string.Join(' ', information.CommandLine)}</code> on {information.Started.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}. {Machine(information)} Data SHA-256 <code class="hash">{data.Fingerprint}</code></p>
            <details><summary>The whole configuration</summary><pre>{Configuration(run)}</pre></details></section>
            """);
    }

    private static string Machine(RunInformation information) => string.Create(CultureInfo.InvariantCulture, $"{information.Machine.Processor}, {information.Machine.Threads} threads, {information.Machine.OperatingSystem}, {information.Machine.Runtime}, Weft {information.Machine.WeftVersion}.");

    private static string Written(string key, RunConfiguration configuration) => ConfigurationTable.Find(key, configuration)!.Read(configuration);

    // Line by line: what is not printable is shown, the lines stay.
    private static Html Configuration(ReportRun run) =>
        Html.Join(
            Encoding.UTF8.GetString(RegularFile.ReadOwn(run.Reader.Folder.ConfigurationFile, Array.MaxLength))
                .TrimEnd('\n')
                .Split('\n')
                .Select(line => Html.Of($"{line}\n")));
}
