using System.Globalization;
using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>Carries out a contest: trains what is missing, evaluates on the validation images, and says who can be told apart.</summary>
internal sealed class ContestWork(Screen screen, WatchedTraining session, int threads)
{
    /// <param name="file">Where the table goes as CSV.</param>
    /// <returns>The exit code, and the table where all runs are finished.</returns>
    public (ExitCode Code, ContestTable? Table) Run(Contest contest, string file)
    {
        var onThisMachine = new ConfigurationValue("training.threads", threads.ToString(CultureInfo.InvariantCulture), "--threads");
        var members = contest.Runs().ToList();
        screen.People.WriteLine($"{contest.Contenders.Count} configurations, {contest.Seeds.Count} seeds: {members.Count} runs, "
            + $"{members.Count(member => member.Run.State() == PlannedState.Finished)} of them finished");
        var results = new Dictionary<string, RunResult>();
        foreach (var (i, (contender, run)) in members.Index())
        {
            if (run.State() != PlannedState.Finished)
            {
                screen.People.WriteLine($"\nrun {i + 1} of {members.Count}: {Printable.Escape(contender.Label)}, seed {run.Configuration.Value.Training.Seed}");
                var here = run with { Configuration = run.Configuration.With(onThisMachine) };
                var (code, result) = (ExitCode.Done, (TrainingResult?)null);
                try
                {
                    (code, result, _) = session.Train(open => here.Plan(open, CommandLines.OfProcess(), session.Begin));
                }
                catch (WeftException diverged) when (diverged.Kind == ErrorKind.Diverged && contender != contest.Contenders[0])
                {
                    screen.People.WriteLine($"{Printable.Escape(contender.Label)} diverged; the others go on");
                    continue;
                }

                if (code == ExitCode.Done && result!.StopReason == StopReasons.TimeBudget)
                    code = ExitCode.SweepPartial;
                if (code != ExitCode.Done)
                {
                    screen.People.WriteLine("it goes on where it is with the same command");
                    return (code, null);
                }
            }

            results[run.Name] = contest.Evaluate(run, session.OpenData, threads, session.Stop);
        }

        var table = contest.Table(results);
        OutputFile.Write(file, Encoding.UTF8.GetBytes(table.ToCsv()), "the table cannot be written", new Advice("make room and run the command again"));
        foreach (var line in Lines(table))
            screen.People.WriteLine(line);
        screen.People.WriteLine($"written to {Printable.Escape(RunReference.ShortPath(file))}");
        return (ExitCode.Done, table);
    }

    private static IEnumerable<string> Lines(ContestTable table)
    {
        var metric = table.Metric;
        yield return "";
        string[] header = ["", Figures.Metric(metric.Name), "± seeds", $"minus {table.Rows[0].Contender.Label}", "95 %", "p", "luck", ""];
        var rows = new List<string[]> { header };
        rows.AddRange(table.Ranked.Select(row => new[]
        {
            Printable.Escape(row.Contender.Label), row.HasDiverged ? "" : Value(row.Mean), double.IsNaN(row.Deviation) ? "" : Spread(row.Deviation),
            row.Difference is { } difference ? Signed(difference) : "", row.DifferenceMargin is { } margin ? "± " + Spread(margin) : "",
            row.Corrected is { } p ? p < 0.0001 ? "< 0.0001" : Figures.Fixed(p, 4) : "", row.Luck is { } luck ? Signed(luck) : "",
            row.HasDiverged ? "diverged"
                : row.Against is null ? "" : !row.CanBeToldApart ? "cannot be told apart"
                : metric.IsBetter(row.Mean, table.Rows[0].Mean) ? "better" : "worse",
        }));
        foreach (var row in rows)
        {
            var cells = row.Select((text, column) => column is 0 or 7 ? text.PadRight(Widest(column)) : text.PadLeft(Widest(column)));
            yield return string.Join("  ", cells).TrimEnd();
        }

        yield return "";
        yield return "p: McNemar's test on the validation images of the first seed, mid-p after Holm's correction. Told apart are those whose p is below 0.05 "
            + "and whose 95 % interval over the seeds leaves out 0.";
        if (table.Rows.Any(row => row.Luck is not null))
            yield return "luck: what the search promised beyond what fresh seeds gave (the winner's curse).";

        int Widest(int column) => rows.Max(row => row[column].Length);
        string Value(double value) => Figures.Metric(metric.Name, value);
        string Spread(double value) => metric.IsShare ? (value * 100).ToString("F2", CultureInfo.InvariantCulture) : Figures.Loss(value);
        string Signed(double value) => (value < 0 ? "−" : "+") + Spread(Math.Abs(value));
    }
}
