using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Weft.Interchange.TensorBoardWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A run as TensorBoard's event files, one for each process that worked at it, in a folder of the run's name. The bytes follow from the run.</summary>
internal sealed class TensorBoardTracker(TrackedRun run, string folder, bool goOn) : ITracker
{
    private readonly string _folder = Path.Combine(Path.GetFullPath(folder), run.Name);
    private ContinuedFile? _file;
    private long _lastStep;

    public string Where => _folder;

    public void Take(RunMoment moment)
    {
        switch (moment)
        {
            case SessionBegan session:
                Begin(session);
                break;
            case StepTold step:
                _lastStep = step.Step.Step;
                Write(step, _lastStep, TrackedValues.Of(step).Select(value => TensorBoardValues.Scalar(value.Name, value.Value)));
                break;
            case EpochTold epoch:
                Epoch(epoch);
                break;
            case SystemTold system:
                Write(system, system.Sampled.Step, System(system.Sampled));
                break;
            case SamplesTold samples:
                Write(samples, 0, [Samples(samples.Samples)]);
                break;
            case SessionEnded end:
                End(end);
                break;
        }
    }

    public void HandOver(bool all, CancellationToken cancellationToken) => _file?.Flush();

    public void Dispose() => _file?.Dispose();

    private void Begin(SessionBegan session)
    {
        var host = string.Concat(session.Machine.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_'));
        var name = FormattableString.Invariant(
            $"events.out.tfevents.{session.Time.ToUnixTimeSeconds():0000000000}.{host}.{session.ProcessId}.{session.Number}");
        _file = new ContinuedFile(Path.Combine(_folder, name), goOn);
        Put(new Event { WallTime = session.UnixSeconds, FileVersion = "brain.Event:2" });
        Write(session, 0,
        [
            TensorBoardValues.HParams("session_start_info", new HParamsData { SessionStartInfo = SessionStart(session) }),
            TensorBoardValues.CustomScalars(
                ("loss", [TrackedValues.TrainLoss, TrackedValues.ValidationLoss]),
                ("accuracy", [TrackedValues.TrainAccuracy, TrackedValues.ValidationAccuracy]),
                ("learning rate", [TrackedValues.LearningRate, TrackedValues.StepLearningRate])),
            TensorBoardValues.Text("run", Describe()),
        ]);
    }

    private void Epoch(EpochTold told)
    {
        _lastStep = told.Epoch.Step;
        var values = TrackedValues.Of(told).Select(value => TensorBoardValues.Scalar(value.Name, value.Value))
            .Append(TensorBoardValues.Scalar("epoch", told.Epoch.Epoch)).ToList();
        if (told.Observed is { } observed)
        {
            var side = ConfusionPicture.Side(observed.Classes);
            values.Add(TensorBoardValues.Images("confusion_matrix", side, side, [ConfusionPicture.Draw(observed.Confusion, observed.Classes)]));
            for (var label = 0; label < observed.Classes; label++)
                values.Add(TensorBoardValues.PrCurve("pr/" + run.Classes[label], observed.Scores, label));
            values.AddRange(observed.Weights.Select(tensor => TensorBoardValues.Histogram("weights/" + tensor.Name, tensor)));
            values.AddRange(observed.Gradients.Select(tensor => TensorBoardValues.Histogram("gradients/" + tensor.Name, tensor)));
        }

        Write(told, _lastStep, values);
    }

    private void End(SessionEnded end)
    {
        var status = end.Reason is SessionEnded.LeftWithoutWord or StopReasons.Diverged ? SessionStatus.Failure : SessionStatus.Success;
        var values = new List<SummaryValue>
        {
            TensorBoardValues.HParams(
                "session_end_info", new HParamsData { SessionEndInfo = new SessionEnd { Status = status, EndTimeSecs = end.UnixSeconds } }),
            TensorBoardValues.Text("result", $"{end.Reason.Replace('_', ' ')}: {end.Detail}"),
        };
        if (end is { Observed: { } observed, Samples: { } samples } && observed.SampleProbabilities.Count == samples.Indices.Count * observed.Classes)
            values.Add(TensorBoardValues.Text("predictions", Predictions(samples, observed)));
        Write(end, end.Step, values);
        _file!.Complete();
        _file.Dispose();
        _file = null;
    }

    private static IEnumerable<SummaryValue> System(SystemSampled sampled) =>
    [
        TensorBoardValues.Scalar("system/cpu_share", sampled.CpuShare), TensorBoardValues.Scalar("system/memory_bytes", sampled.MemoryBytes),
        TensorBoardValues.Scalar("system/images_per_second", sampled.ImagesPerSecond),
        TensorBoardValues.Scalar("system/data_wait_share", sampled.DataWaitShare),
    ];

    private static SummaryValue Samples(SamplesChosen samples)
    {
        var length = samples.Height * samples.Width * samples.Channels;
        return TensorBoardValues.Images("samples", samples.Width, samples.Height,
            [.. samples.Indices.Select((_, i) => PngImage.Encode(samples.Pixels.AsSpan(i * length, length), samples.Width, samples.Height, samples.Channels))]);
    }

    private SessionStart SessionStart(SessionBegan session)
    {
        var start = new SessionStart { GroupName = run.Name, StartTimeSecs = session.UnixSeconds };
        foreach (var (key, value) in run.Configuration)
        {
            if (value is null)
                continue; // the format has no column for "none"
            start.Hparams[key] = value switch
            {
                bool flag => Value.ForBool(flag),
                string text => Value.ForString(text),
                _ => Value.ForNumber(key == "training.epochs" && session.Epochs > 0 ? session.Epochs : Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            };
        }

        return start;
    }

    private string Describe()
    {
        var information = run.Information;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"**{run.Name}**: {information.Model} with {information.ParameterCount:N0} parameters, seed {information.Seed}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{information.Data.Name}, {information.Data.Train:N0} training and {information.Data.Validation:N0} validation images; ");
        text.Append(CultureInfo.InvariantCulture, $"{information.Machine.Processor}, weft {information.Machine.WeftVersion}\n\n| key | value |\n|---|---|\n");
        foreach (var (key, value) in run.Configuration)
            text.Append(CultureInfo.InvariantCulture, $"| {key} | {Cell(string.Create(CultureInfo.InvariantCulture, $"{value ?? "none"}"))} |\n");
        return text.ToString();
    }

    private string Predictions(SamplesChosen samples, EpochObserved observed)
    {
        var text = new StringBuilder("| sample | label | prediction | probability |\n|---|---|---|---|\n");
        for (var i = 0; i < samples.Indices.Count; i++)
        {
            var probabilities = observed.SampleProbabilities.Skip(i * observed.Classes).Take(observed.Classes).ToArray();
            var prediction = SoftmaxCrossEntropy.ArgMax(probabilities);
            var (name, probability) = prediction < 0 ? ("none", float.NaN) : (run.Classes[prediction], probabilities[prediction]);
            text.Append(CultureInfo.InvariantCulture, $"| {samples.Indices[i]} | {Cell(run.Classes[samples.Labels[i]])} | {Cell(name)} | {probability} |\n");
        }

        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|").Replace('\n', ' ');

    private void Write(RunMoment moment, long step, IEnumerable<SummaryValue> values) =>
        Put(new Event { WallTime = moment.UnixSeconds, Step = step, Summary = new Summary { Value = { values } } });

    private void Put(Event happened) => TfRecordWriter.Write(_file!, happened.ToByteArray());
}
