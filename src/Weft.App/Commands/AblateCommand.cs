using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class AblateCommand : Verb
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "The recipe whose ingredients are switched off, one at a time: tuned/cnn4." };
    private readonly ConfigurationOptions _configuration = new("--recipe", "--config", "--seed", "--threads", "--fine-tune", "--backbone");
    private readonly WholeNumber _seeds = new("--seeds", "Seeds of each.", 1, 100, 3);
    private readonly Option<string[]> _only = new("--only") { Description = "Switch off this key alone. May be repeated.", HelpName = "KEY" };
    private readonly WholeNumber _threads = WholeNumber.Threads("Threads of a training; the result does not depend on it.");
    private readonly Option<string?> _name = new("--name")
    {
        Description = "Begins the names of the runs. Default: ablate- and the recipe.", HelpName = "TEXT",
    };

    private readonly RunsOption _runs = new();

    public AblateCommand(Screen screen)
        : base("ablate", "What each ingredient of a recipe is worth: switched off once, at equal epochs and seeds. Killed, the same command goes on.", screen)
    {
        Arguments.Add(_recipe);
        _configuration.AddTo(this);
        foreach (var option in new Option[] { _seeds, _only, _threads, _name, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var resolved = ConfigurationResolver.Resolve(
            new ConfigurationSources { Recipe = parse.GetValue(_recipe), Overrides = _configuration.Overrides(parse) });
        var store = _runs.Store(parse);
        var name = parse.GetValue(_name) ?? $"ablate-{resolved.RecipeName![(resolved.RecipeName!.IndexOf('/') + 1)..]}";
        RunStore.RequireName(name);
        var threads = _threads.Of(parse);
        using var session = new WatchedTraining(Screen, []);
        return session.Stoppable(() =>
        {
            var data = session.OpenData(resolved.Value.Data);
            var whole = DataChoices.Of(resolved, data);
            var contenders = Ablation.Of(whole, data.ClassCount, data.Shape, parse.GetValue(_only) ?? []);
            var contest = new Contest(store, name, contenders, _seeds.Of(parse), firstSeed: 1, whole.Value.Checkpoint.BestMetric);
            var file = Path.Combine(store.Folder, $"{name}.csv");
            var (code, outcome) = new ContestWork(Screen, session, threads).Run(contest, file);
            if (outcome is not null)
                Screen.WriteJson(ContestDocument.Of(outcome, file));
            return code;
        });
    }
}
