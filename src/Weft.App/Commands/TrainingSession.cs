using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>A training from the command line: data, live view, signals, and the end block. New, resumed and extended runs differ only in how their plan is made.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly Screen _screen;
    private readonly RunStore _store;
    private readonly StopSignals _signals;
    private ProgressView? _view;
    private string _reference = "";

    public TrainingSession(Screen screen, RunStore store)
    {
        (_screen, _store) = (screen, store);
        _signals = new StopSignals(
            first: _ => _view?.Say("stopping after this step; saving… (once more: stop at once)"),
            second: _ => _screen.Error.WriteLine($"{(_screen.PeopleHaveTerminal ? "\e[?25h\n" : "")}stopped now; what was saved before is intact. Resume: weft resume {_reference}"));
    }

    /// <param name="makePlan">Gets a function that opens the data a configuration names.</param>
    public ExitCode Run(Func<Func<DataConfiguration, ImageDataset>, TrainingPlan> makePlan)
    {
        try
        {
            using var plan = makePlan(OpenData);
            return Train(plan);
        }
        catch (OperationCanceledException) when (_signals.Received is { } signal)
        {
            return signal; // while the data was fetched: there is nothing to save yet
        }
    }

    private ImageDataset OpenData(DataConfiguration configuration)
    {
        using var downloads = new DownloadView(_screen);
        var data = DataSets.Open(configuration.Folder ?? configuration.Name, new DataOptions { Progress = downloads.Show }, _signals.Token);
        foreach (var note in data.Notes)
            _screen.People.WriteLine($"note: {Printable.Escape(note)}");
        return data;
    }

    private ExitCode Train(TrainingPlan plan)
    {
        _reference = RunReference.For(plan.Run.Folder, _store);
        Introduce(plan);
        var earlier = new RunReader(plan.Run.Folder).Metrics().Where(row => row.Epoch <= plan.Start.CompletedEpochs);
        var state = new TrainingState(plan.Configuration.Training.Epochs, plan.StepsPerEpoch, plan.Configuration.EarlyStopping.Patience, earlier);
        var view = _view = ProgressView.For(_screen, state);
        TrainingResult result = null!;
        view.While(() => result = Trainer.Run(plan, new Observer(view), _signals.Token));

        foreach (var line in EndBlock.Lines(result, plan.Data.Split.Validation.Count, _reference))
            _screen.People.WriteLine(line);
        _screen.WriteJson(ToJson(result));
        return result.StopReason == StopReasons.Interrupted ? _signals.Received ?? ExitCode.Interrupted : ExitCode.Done;
    }

    private void Introduce(TrainingPlan plan)
    {
        var data = plan.Data;
        _screen.People.WriteLine($"{Printable.Escape(plan.Run.Folder.Name)}: {Printable.Escape(plan.Description.Name)}, {Figures.Count(plan.Network.ParameterCount)} parameters");
        _screen.People.WriteLine($"{Printable.Escape(data.Dataset.Name)}: {Figures.Count(data.Split.Train.Count)} training, {Figures.Count(data.Split.Validation.Count)} validation images");
        _screen.People.WriteLine(plan.Device.Summary);
        if (plan.IsResumed)
            _screen.People.WriteLine($"going on after step {Figures.Count(plan.Start.Step)}");
    }

    private static JsonObject ToJson(TrainingResult result) => new()
    {
        ["run"] = result.Run.Path,
        ["model"] = result.Model,
        ["seed"] = result.Seed,
        ["epochs"] = result.Epochs,
        ["steps"] = result.Steps,
        ["best_epoch"] = result.Best?.Epoch,
        ["validation_accuracy"] = result.Best?.ValidationAccuracy,
        ["validation_loss"] = result.Best?.ValidationLoss,
        ["train_seconds"] = result.TrainTime.TotalSeconds,
        ["images_per_second"] = result.ImagesPerSecond,
        ["stop_reason"] = result.StopReason,
    };

    public void Dispose() => _signals.Dispose();

    private sealed class Observer(ProgressView view) : ITrainingObserver
    {
        public void On(RunEvent happened) => view.Show(happened);
    }
}
