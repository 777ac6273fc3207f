using System.Globalization;

namespace Weft.Training;

/// <summary>
/// The one loop: a step is batch, forward, loss, backward, update; an epoch ends with validation. Policies say what else should happen, only the loop does it.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingSession _session;
    private readonly RunConfiguration _configuration;
    private readonly Network _network;
    private readonly Optimizer _optimizer;
    private readonly Schedule _schedule;
    private readonly TrainingStep _step;
    private readonly TrainingPolicies _policies;
    private readonly ICheckpointStore _store;
    private readonly CheckpointKeeper _keeper;
    private readonly RunRecorder _recorder;
    private readonly TrainingTimer _timer;
    private readonly EvaluationLoader _validation;
    private readonly CancellationToken _stop;
    private readonly TrainingDetails _details;
    private readonly RankGroup _ranks;
    private readonly ShardedGradients? _shards;
    private TrainingPosition _position;
    private (TrainingPosition? At, TrainingPosition? Position) _current;

    public TrainingLoop(TrainingSession session, RunRecorder recorder, CancellationToken cancellationToken)
    {
        _session = session;
        _configuration = session.Configuration;
        _network = session.Network;
        _optimizer = session.Optimizer;
        _ranks = session.Ranks;
        _shards = ShardedGradients.For(session.Network, _configuration.Training.Shards, _ranks);
        _step = new TrainingStep(
            session.Network, session.Optimizer, _configuration.Loss, _configuration.Loss.Weights(session.Data.TrainedClasses.PerClass), session.Average,
            _shards);
        _schedule = _configuration.EffectiveSchedule;
        _recorder = recorder;
        _stop = cancellationToken;
        _position = session.Start;
        _policies = new TrainingPolicies(session, _position.PolicyStates);
        _timer = new TrainingTimer(session.Surroundings.Clock, recorder, _position);
        _store = session.Folder is { } folder ? new CheckpointStore(folder, session.Surroundings.Files) : new MemoryCheckpoints();
        _keeper = new CheckpointKeeper(session, _store, recorder, _timer);
        _details = new TrainingDetails(session, recorder);
        _validation = new EvaluationLoader(
            session.Data.Dataset.Train, session.Data.Split.Validation, session.Data.Statistics, _configuration.Training.ShardSize);
    }

    public void Dispose() => _shards?.Dispose();

    private int Epoch => _position.CompletedEpochs + 1;

    // SAM in the last epochs only: a function of the epoch alone, as everything that shapes a step.
    private bool IsSinglePass => _configuration.Sam.LastEpochs is { } last && Epoch <= _configuration.Training.Epochs - last;

    private string CompletedDetail =>
        _configuration.Backbone.IsFrozen ? "the last layer is fitted" : $"all {_configuration.Training.Epochs} epochs are done";

    public TrainingResult Run()
    {
        Announce();
        if (_position.StopReason is not null)
            return Leave(_position.StopReason, _position.StopDetail ?? "");
        if (_position.CompletedEpochs >= _configuration.Training.Epochs)
            return Leave(StopReasons.Completed, CompletedDetail);
        using var loader = _details.Loader = _configuration.Backbone.IsFrozen ? null : OpenLoader();
        while (_position.CompletedEpochs < _configuration.Training.Epochs)
        {
            while (_position.StepInEpoch < _session.StepsPerEpoch)
            {
                if (AfterStep(Step(loader!.Next())) is { } stopped)
                    return stopped;
            }

            if (FinishEpoch() is { } finished)
                return finished;
        }

        return Stop(StopReasons.Completed, CompletedDetail);
    }

    private BatchLoader OpenLoader() => new(_session.Data.Dataset.Train, _session.Data.Split.Train, _session.Data.Statistics, new BatchLoaderOptions
    {
        BatchSize = _configuration.Training.BatchSize,
        Seed = _configuration.Training.Seed,
        Epochs = _configuration.Training.Epochs,
        StartEpoch = Epoch,
        StartBatch = _position.StepInEpoch,
        Augmentation = _configuration.Augmentation,
        Share = _shards is null ? null : _shards.Samples,
        Time = _session.Surroundings.Clock,
    });

    private StepReport Step(Batch batch)
    {
        var begun = _timer.Now();
        var learningRate = LearningRateOf(_position.Step);
        // After the epoch's last step the gradients are shown.
        var loss = _step.Run(batch, _position.Step, learningRate, IsSinglePass, keepGradients: _position.StepInEpoch + 1 == _session.StepsPerEpoch);
        _position = _position with
        {
            Step = _position.Step + 1,
            StepInEpoch = _position.StepInEpoch + 1,
            LossSum = _position.LossSum + loss.MeanLoss * loss.Count,
            Correct = _position.Correct + loss.Correct,
            Samples = _position.Samples + loss.Count,
        };
        _timer.AddStep(begun, loss.Count);
        _details.AddStep(loss.Count);
        return new StepReport(Epoch, _position.Step, loss.MeanLoss, learningRate);
    }

    // Of the step that follows `step` steps: a function of the position alone, so an epoch that is only validated after a resume has it too.
    private double LearningRateOf(long step) =>
        _configuration.Backbone.IsFrozen ? 0 : _schedule.LearningRate(
            _configuration.Optimizer.LearningRate, new SchedulePosition(step, _session.StepsPerEpoch, _session.TotalSteps, _policies.Reductions));

    private TrainingResult? AfterStep(StepReport step)
    {
        var decision = _policies.AfterStep(step);
        if (decision.StopReason == StopReasons.Diverged)
            throw Diverged(decision.StopDetail!);
        _recorder.Record(new StepDone(
            Epoch, _position.Step, _position.LossSum / _position.Samples, (double)_position.Correct / _position.Samples,
                step.LearningRate, _timer.ImagesPerSecond));
        _details.SampleSystem(_position.Step);
        var (isInterrupted, isStopped) = Agree(decision.StopReason is not null);
        if (isInterrupted)
            return Interrupted();
        if (isStopped)
            return Stop(decision.StopReason ?? StopReasons.TimeBudget, decision.StopDetail ?? "as rank 0 decided");
        if (decision.SaveLast && _ranks.Rank == 0) // the others' clocks may differ
            _keeper.TrySave(Current());
        return null;
    }

    // A signal to any rank stops all of them after the same step, and the clock that counts is that of rank 0.
    private (bool IsInterrupted, bool IsStopped) Agree(bool stops)
    {
        if (_ranks.Size == 1)
            return (_stop.IsCancellationRequested, stops);
        var all = _ranks.AllGather((IsInterrupted: _stop.IsCancellationRequested, IsStopped: stops));
        return (all.Any(one => one.IsInterrupted), all[0].IsStopped);
    }

    // A stop request during validation leaves the position between the epoch's last step and its validation.
    private TrainingResult? FinishEpoch()
    {
        var tally = _details.NewTally();
        if (Validate(tally) is not { } validated)
            return Interrupted();
        _details.Record(tally, Epoch, _position.Step);
        var result = new ValidationResult(_network.ClassCount, tally.Confusion, validated.Accuracy, validated.Loss);
        var further = new MetricValues(EpochMetric.Further.Select(metric => KeyValuePair.Create(metric.Name, metric.Value(result))));
        var rule = new BestRule(_configuration.Checkpoint.BestMetric);
        var report = new EpochReport(Epoch, result.Accuracy, result.Loss, _position.Best)
        {
            Further = further, IsBest = rule.IsBetter(result.Accuracy, result.Loss, further, _position.Best),
        };
        Record(report, further); // before the policies may change the learning rate
        var decision = _policies.AfterEpoch(report);
        _position = new TrainingPosition
        {
            CompletedEpochs = Epoch,
            Step = _position.Step,
            Best = report.IsBest ? rule.Remember(Epoch, result.Accuracy, result.Loss, further) : _position.Best,
            StopReason = decision.MayResume ? null : decision.StopReason,
            StopDetail = decision.MayResume ? null : decision.StopDetail,
        };
        _timer.BeginEpoch();
        var current = Current();
        _keeper.Prepare(current, decision);
        if (decision.StopReason is not null)
            return Stop(decision.StopReason, decision.StopDetail ?? "");
        if (_position.CompletedEpochs < _configuration.Training.Epochs)
            _keeper.TrySave(current);
        return null;
    }

    // Of the averaged weights where the run keeps an average.
    private (double Accuracy, double Loss)? Validate(ValidationTally tally)
    {
        _session.Average?.Swap();
        try
        {
            // Of several ranks none may leave the others alone: they stop after the next step.
            return Validation.Run(_network, _validation, tally, _ranks, _ranks.Size == 1 ? _stop : CancellationToken.None);
        }
        finally
        {
            _session.Average?.Swap();
        }
    }

    private void Record(EpochReport report, MetricValues further)
    {
        var row = new MetricsRow(
            Epoch, _position.Step, _position.LossSum / _position.Samples, (double)_position.Correct / _position.Samples,
            report.ValidationLoss, report.ValidationAccuracy,
            LearningRateOf(_position.Step - 1), _timer.EpochSeconds, _timer.ImagesPerSecond)
        {
            Further = further,
        };
        _recorder.Record(row);
        _recorder.Record(EpochDone.Of(row, report.IsBest));
    }

    // The position with what the policies remember: one object for each position, by which a checkpoint that is already made is known.
    private TrainingPosition Current()
    {
        if (ReferenceEquals(_current.At, _position))
            return _current.Position!;
        // A step can ruin the weights although its own loss was finite; such a state must never replace a good checkpoint.
        if (_network.State.Concat(_optimizer.State).FirstOrDefault(tensor => !tensor.IsFinite) is { } ruined)
            throw Diverged($"{ruined.Name} is not finite any more after epoch {Epoch}, step {_position.Step}");
        _current = (_position, _position with { PolicyStates = _policies.States() });
        return _current.Position!;
    }

    private void Announce()
    {
        var machine = Environment.MachineName;
        if (_session.IsResumed)
        {
            _recorder.Record(new RunResumed(
                Environment.ProcessId, machine, _session.Device.Threads, Epoch, _position.Step, _configuration.Training.Epochs, _session.StepsPerEpoch));
        }
        else
        {
            _recorder.Record(new RunStarted(Environment.ProcessId, machine, _session.Device.Threads, _configuration.Training.Epochs, _session.StepsPerEpoch));
        }

        foreach (var warning in _recorder.Repaired is { } repaired ? [.. _session.Warnings, repaired] : _session.Warnings)
            _recorder.Record(warning);
        _details.RecordSamples();
    }

    private TrainingResult Interrupted() =>
        Stop(StopReasons.Interrupted, $"stopped on request in epoch {Math.Min(Epoch, _configuration.Training.Epochs)}, step {_position.Step}");

    private TrainingResult Stop(string reason, string detail)
    {
        _keeper.SaveOrThrow(Current());
        return Leave(reason, detail);
    }

    // Also where there was nothing left to train: who took up the run says how it left it.
    private TrainingResult Leave(string reason, string detail)
    {
        _recorder.Record(new RunStopped(reason, detail, _position.CompletedEpochs, _position.Step));
        _recorder.Flush(_session.Folder);
        return Result(reason, detail);
    }

    private TrainingResult Result(string reason, string detail) => new(
        _session.Folder, _session.Description.Name, _configuration.Training.Seed, _position.CompletedEpochs, _position.Step, _position.Best,
        _timer.RunTime, _timer.RunImagesPerSecond, reason, detail)
    {
        History = _recorder.Rows,
        ReadModel = _store.LoadModel,
    };

    private WeftException Diverged(string what)
    {
        var layer = _network.FindNonFinite();
        var lower = (_configuration.Optimizer.LearningRate / 10).ToString("G4", CultureInfo.InvariantCulture);
        _recorder.Record(new RunStopped(StopReasons.Diverged, what, _position.CompletedEpochs, _position.Step));
        return new WeftException(ErrorKind.Diverged, what)
        {
            Where = FormattableString.Invariant($"epoch {Epoch}, step {_position.Step}; first value that is not finite: {layer ?? "the loss itself"}; ")
                + FormattableString.Invariant($"learning rate {LearningRateOf(_position.Step - 1):G4}"),
            Expected = "a finite loss",
            Safe = $"{_keeper.Describe()} was not overwritten",
            Next = _session.Folder is { } run
                ? new RetrainWith(run, [new ConfigurationValue("optimizer.learning_rate", lower, "divergence")])
                : new Advice($"train with a learning rate of {lower}"),
        };
    }
}
