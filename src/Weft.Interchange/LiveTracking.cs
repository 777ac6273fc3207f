using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// Hands a run over while this process trains it. Each target has a thread of its own that reads the run's folder like any other process would; the training
/// never waits for it, and nothing that happens there reaches the training.
/// </summary>
public sealed class LiveTracking : IDisposable
{
    private readonly TrackingOptions _options;
    private readonly Action<string> _notice;
    private readonly List<Follower> _followers;

    private LiveTracking(RunReader run, IReadOnlyList<TrackingTarget> targets, TrackingOptions options, bool goOn, Action<string> notice)
    {
        (_options, _notice) = (options, notice);
        _followers = [.. targets.Select(target => new Follower(this, run, target, goOn))];
    }

    /// <param name="goOn">Whether an earlier process of the run may have handed over the beginning.</param>
    /// <param name="notice">Told at once, on any thread, what a person should know: that a server is away, say.</param>
    public static LiveTracking Start(RunFolder run, IReadOnlyList<TrackingTarget> targets, TrackingOptions options, bool goOn, Action<string>? notice = null) =>
        new(new RunReader(run), targets, options, goOn, notice ?? (_ => { }));

    /// <summary>
    /// Says that the training is over, waits at most <see cref="TrackingOptions.Grace"/>, and tells how it went. What is not handed over by then is so later.
    /// </summary>
    public IReadOnlyList<TrackingReport> Finish()
    {
        foreach (var follower in _followers)
            follower.AskToFinish();
        var begun = _options.Clock.GetTimestamp();
        return [.. _followers.Select(follower => follower.Report(_options.Grace - _options.Clock.GetElapsedTime(begun)))];
    }

    /// <summary>Ends the threads without waiting for servers.</summary>
    public void Dispose()
    {
        foreach (var follower in _followers)
            follower.Dispose();
    }

    private sealed class Follower : IDisposable
    {
        private const int MostNotices = 20;
        private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

        private readonly LiveTracking _owner;
        private readonly RunReader _run;
        private readonly TrackingTarget _target;
        private readonly bool _goOn;
        private readonly Thread _thread;
        private readonly ManualResetEventSlim _isOver = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly List<string> _notices = [];
        private volatile TrackingReport? _report;
        private string _where = "";

        public Follower(LiveTracking owner, RunReader run, TrackingTarget target, bool goOn)
        {
            (_owner, _run, _target, _goOn) = (owner, run, target, goOn);
            _thread = new Thread(Follow) { IsBackground = true, Name = "weft-track-" + target.Name(), Priority = ThreadPriority.BelowNormal };
            _thread.Start();
        }

        public void AskToFinish() => _isOver.Set();

        public TrackingReport Report(TimeSpan patience)
        {
            if (!_thread.Join(patience > TimeSpan.Zero ? patience : TimeSpan.Zero))
            {
                _stop.Cancel();
                _thread.Join(LastPatience);
            }

            // A thread that does not even notice that it is stopped is left behind; it is a background thread and ends with the process.
            return _report ?? new TrackingReport(_target, _where, 0, false, Unfinished("it does not answer"), []);
        }

        public void Dispose()
        {
            _isOver.Set();
            _stop.Cancel();
            _thread.Join(LastPatience);
        }

        private void Follow()
        {
            RunPump? pump = null;
            try
            {
                var tracked = new TrackedRun(_run);
                using var tracker = Trackers.Create(_target, tracked, _owner._options with { Trouble = Notice }, _goOn, isLive: true, Notice);
                if (tracker is null)
                {
                    _report = new TrackingReport(_target, "", 0, false, null, ["WANDB_MODE=disabled: nothing was written"]);
                    return;
                }

                pump = new RunPump(tracked, tracker);
                while (!_isOver.Wait(_owner._options.BetweenLooks, _stop.Token))
                {
                    pump.Drain(all: false, _stop.Token);
                    _where = tracker.Where;
                }

                pump.Finish(_stop.Token);
                _report = new TrackingReport(
                    _target, tracker.Where, pump.Events, pump.Damage.Count == 0, RunTracking.Damaged(_run.Folder, pump.Damage), _notices);
            }
            catch (OperationCanceledException)
            {
                Fail(pump, Unfinished("the server had not taken everything when the training was over"));
            }
            catch (WeftException failure)
            {
                Fail(pump, failure);
            }
#pragma warning disable CA1031 // on a thread of its own, any other exception would end the process and the training with it
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Fail(pump, new WeftException(
                    ErrorKind.Bug, $"tracking with {_target.Name()} failed", failure)
                { Found = failure.Message, Safe = "the run is whole in its folder" });
            }
        }

        private void Fail(RunPump? pump, WeftException failure)
        {
            _report = new TrackingReport(_target, _where, pump?.Events ?? 0, false, failure, _notices);
            if (!_isOver.IsSet)
                _owner._notice($"{_target.Name()}: {failure.What}{(failure.Found is { } found ? $" ({found})" : "")}; the training goes on, the run is handed "
                    + "over later");
        }

        private void Notice(string text)
        {
            if (_notices.Count < MostNotices)
                _notices.Add(text);
            _owner._notice($"{_target.Name()}: {text}");
        }

        private WeftException Unfinished(string found) => new(ErrorKind.IoError, $"the run is not yet handed over to {_target.Name()}")
        {
            Where = _where,
            Found = found,
            Safe = "the run is whole in its folder",
            Next = new HandOverRun(_run.Folder, _target.Name()),
        };
    }
}
