using Weft.Training;

namespace Weft.App.Tests;

/// <summary>A sweep whose trials cost nothing: their curves are a function of their settings.</summary>
internal static class SyntheticSweep
{
    public const int Epochs = 9;

    /// <param name="early">What a value is at the first epoch, where the trials are looked at. Default: what it is.</param>
    /// <param name="claimed">How many trials are left under way.</param>
    public static Sweep Make(string folder, int trials, string description = "", Func<double, double>? early = null, int claimed = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        var file = folder + ".yaml";
        File.WriteAllText(file, $$"""
            method: random
            description: '{{description.Replace("'", "''", StringComparison.Ordinal)}}'
            run_cap: 100
            parameters:
              model.name: {value: small}
              epochs: {value: {{Epochs}}}
              optimizer.learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.5}
              model.width: {min: 0.1, max: 1.5}
              batch_size: {values: [16, 32, 64]}
            early_terminate: {type: asha, min_iter: 1, eta: 3}
            weft: {parallel: 1}
            """);
        var machine = new RunMachine("desk", "Linux", "A processor", 2, 2, 256, ".NET 10", "0.1.0", null);
        var options = new SweepOptions();
        var sweep = Sweep.Make(new SweepFolder(folder), file, Sweep.Define(file, options), options, (new string('a', 64), machine), TimeProvider.System);
        if (trials > 0)
        {
            sweep.Store.Change(cap: trials);
            new SweepWorker(sweep.Store, sweep.Rule, sweep.Defaults, 3, new Trials(early ?? (value => value)), "desk:1").Run(default);
        }

        if (claimed > 0)
        {
            sweep.Store.Propose(trials, sweep.Rule.Suggest(trials, sweep.Store.Read().Trials)!);
            sweep.Store.Report(sweep.Store.Claim("desk:2")!, new TrialReport(1, 2.5, 2.5, 0.4, true));
        }

        return sweep;
    }

    private sealed class Trials(Func<double, double> early) : ITrialRunner
    {
        public TrialOutcome Run(TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken)
        {
            var best = double.PositiveInfinity;
            for (var epoch = 1; epoch <= Epochs; epoch++)
            {
                // By the rate above all, a little by the width, and not by the batch size.
                var value = 0.3 + Math.Abs(Math.Log10(NumericParameter.Value(trial.Settings[1])) + 2) + 0.1 * NumericParameter.Value(trial.Settings[0])
                    + 1.0 / epoch;
                value = epoch == 1 ? early(value) : value;
                var isBest = value < best;
                best = Math.Min(best, value);
                if (!after(new TrialReport(epoch, value, value, 1 / (1 + value), isBest)) && epoch < Epochs)
                    return TrialOutcome.Pruned;
            }

            return TrialOutcome.Completed;
        }
    }
}
