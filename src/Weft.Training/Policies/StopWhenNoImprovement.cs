using System.Globalization;

namespace Weft.Training;

/// <summary>Stops after an epoch when the metric has not improved for as many epochs as patience lasts. NaN is no improvement.</summary>
internal sealed class StopWhenNoImprovement(EarlyStoppingConfiguration options) : ITrainingPolicy
{
    private readonly int _patience = options.Patience ?? throw new ArgumentException("Early stopping needs a patience.", nameof(options));
    private double _best = double.NaN;
    private int _bestEpoch;

    internal const string StateName = "no_improvement";

    public string Name => StateName;

    /// <summary>Epochs that may still pass without improvement, as of the last epoch.</summary>
    public int PatienceLeft { get; private set; } = options.Patience ?? 0;

    public string? State => string.Create(CultureInfo.InvariantCulture, $"{_best:R};{_bestEpoch};{PatienceLeft}");

    public Decision AfterEpoch(in EpochReport epoch)
    {
        if (epoch.Epoch < options.StartEpoch)
            return Decision.None;
        var value = epoch.Value(options.Metric);
        if (Improves(value))
        {
            (_best, _bestEpoch, PatienceLeft) = (value, epoch.Epoch, _patience);
            return Decision.None;
        }

        PatienceLeft--;
        return PatienceLeft > 0 ? Decision.None : new Decision
        {
            StopReason = StopReasons.NoImprovement,
            StopDetail = string.Create(CultureInfo.InvariantCulture,
                $"{options.Metric.Name} has not improved for {_patience} epochs; it was {_best:0.####} in epoch {_bestEpoch}"),
        };
    }

    public void Restore(string state)
    {
        if (state.Split(';') is not [var best, var epoch, var left])
            throw new FormatException($"'{state}' is no state of early stopping.");
        _best = double.Parse(best, NumberStyles.Float, CultureInfo.InvariantCulture);
        _bestEpoch = int.Parse(epoch, NumberStyles.None, CultureInfo.InvariantCulture);
        PatienceLeft = int.Parse(left, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private bool Improves(double value)
    {
        if (double.IsNaN(value) || double.IsNaN(_best))
            return !double.IsNaN(value);
        return options.Metric.IsBetter(value, _best, options.MinimumChange);
    }
}
