using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>What the command line may add to a sweep's file.</summary>
internal sealed class SweepFileOptions
{
    private readonly ConfigurationOptions _configuration = new("--config", "--recipe", "--threads", "--fine-tune");
    private readonly Option<string?> _recipe = new("--recipe")
    {
        Description = "The recipe that trials change. Default: the file's, or the model's.", HelpName = "NAME",
    };

    private readonly WholeNumber _trials = new("--trials", "How many trials, the default's included.", 1, 1_000_000, 0, "the file's run_cap");

    public void AddTo(Command command)
    {
        _configuration.AddTo(command);
        command.Options.Add(_recipe);
        command.Options.Add(_trials);
    }

    public SweepOptions Of(ParseResult parse) => new()
    {
        Constants = _configuration.Overrides(parse), Recipe = parse.GetValue(_recipe), Trials = _trials.Given(parse),
    };
}
