using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// The options that describe a run. Every flag is a short name of a configuration key, so the configuration checks it and says what is wrong.
/// </summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string?> _model = Value(
        "--model", "NAME|FILE", "The network: a name of the catalog (weft config keys model.name lists them), or a model file (.yaml).");
    private readonly Option<string?> _data = Value("--data", "NAME|DIR", "A data set's name, or the folder its files are in.");
    private readonly Option<string?> _backbone = Value(
        "--backbone", "NAME|FILE", "Weights to start from: a known network (weft models list), or a .safetensors file; none draws them.");
    private readonly Option<bool> _fineTune = new("--fine-tune")
    {
        Description = "Pictures of your own: after the last layer was fitted, train the whole network from there.",
    };

    private readonly Option<string?> _recipe = Value("--recipe", "NAME", "Start from a recipe's values.");
    private readonly Option<string?> _config = Value("--config", "FILE", "Start from a file's values.");
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Set one value: optimizer.learning_rate=0.02. May be repeated; weft config show lists the keys.", HelpName = "KEY=VALUE",
    };

    private readonly (Option<string?> Option, string Key)[] _flags =
    [
        (Value("--epochs", "N", "Passes over the training images."), "training.epochs"),
        (Value("--batch", "N", "Images in a step."), "training.batch_size"),
        (Value("--learning-rate", "X", "The schedule's highest learning rate."), "optimizer.learning_rate"),
        (Value("--optimizer", "NAME", "How gradients become updates; weft config keys optimizer.name lists them."), "optimizer.name"),
        (Value("--weight-decay", "X", "Pull of the weights towards zero."), "optimizer.weight_decay"),
        (Value("--patience", "N", "Stop after so many epochs without improvement."), "early_stopping.patience"),
        (Value("--normalization", "NAME", "The norm after every convolution; weft config keys model.normalization lists them."), "model.normalization"),
        (Value("--activation", "NAME", "The activation of every hidden layer; weft config keys model.activation lists them."), "model.activation"),
        (Value("--dropout", "X", "Dropout rate before the logits."), "model.dropout"),
        (Value("--seed", "N", "Seed of weights, order, augmentation and dropout."), "training.seed"),
        (Value("--threads", "N", "Worker threads; the result does not depend on it."), "training.threads"),
        (Value("--corrections", "FILE", "A file that says which labels are wrong; the data stay as they are."), "data.corrections"),
        (Value("--limit-train", "N", "Only the first N training images."), "data.limit_train"),
        (Value("--limit-validation", "N", "Only the first N validation images."), "data.limit_validation"),
    ];

    private readonly HashSet<Option> _left;

    /// <param name="without">Names of options the command has no use for.</param>
    public ConfigurationOptions(params string[] without) =>
        _left = [.. new Option[] { _model, _data, _backbone, _fineTune, _recipe, _config, _set }.Concat(_flags.Select(flag => flag.Option))
            .Where(option => !without.Contains(option.Name))];

    /// <summary>What starts a configuration: for commands that go on from one.</summary>
    public static string[] Sources { get; } = ["--model", "--recipe", "--config"];

    public void AddTo(Command command)
    {
        foreach (var option in _left)
            command.Options.Add(option);
    }

    /// <summary>The configuration; what of it is not used is said on the screen.</summary>
    /// <exception cref="WeftException">Exit 2 with all that is wrong.</exception>
    public ResolvedConfiguration Resolve(ParseResult parse, Screen screen)
    {
        var resolved = Resolve(parse);
        foreach (var note in resolved.Notes)
            screen.People.WriteLine($"note: {Printable.Escape(note)}");
        return resolved;
    }

    /// <exception cref="WeftException">Exit 2 with all that is wrong.</exception>
    public ResolvedConfiguration Resolve(ParseResult parse) => ConfigurationResolver.Resolve(new ConfigurationSources
    {
        Recipe = Of(parse, _recipe) ?? RecipeOfPictures(parse), File = Of(parse, _config), Overrides = Overrides(parse),
    });

    // Somebody who names a folder of pictures and nothing else starts from a network that knows pictures already.
    private string? RecipeOfPictures(ParseResult parse)
    {
        var isFineTuned = _left.Contains(_fineTune) && parse.GetValue(_fineTune);
        if (Of(parse, _config) is not null || Of(parse, _backbone) == OptionKey.Write(null))
            return null;
        if (isFineTuned)
            return "pictures/fine-tune";
        var isPictures = Of(parse, _model) is null && Of(parse, _data) is { } data && DataSets.IsPictures(data);
        return isPictures || Of(parse, _backbone) is not null ? "pictures/head" : null;
    }

    /// <summary>What flags and <c>--set</c> give, in the order in which later ones win.</summary>
    public IReadOnlyList<ConfigurationValue> Overrides(ParseResult parse)
    {
        var overrides = (parse.GetValue(_set) ?? []).Select(ConfigurationResolver.ParseSet).ToList();
        if (Of(parse, _model) is { } model)
            overrides.Add(new ConfigurationValue("model.name", model, "--model"));
        if (Of(parse, _backbone) is { } backbone)
        {
            overrides.Add(new ConfigurationValue("backbone.weights", backbone, "--backbone"));
            if (ModelCatalog.Find(backbone) is not null && Of(parse, _model) is null)
                overrides.Add(new ConfigurationValue("model.name", backbone, "--backbone"));
        }

        if (Of(parse, _data) is { } data)
            overrides.AddRange(DataSets.Values(data, "--data"));
        foreach (var (option, key) in _flags)
            if (Of(parse, option) is { } text)
                overrides.Add(new ConfigurationValue(key, text, option.Name));
        return overrides;
    }

    private string? Of(ParseResult parse, Option<string?> option) => _left.Contains(option) ? parse.GetValue(option) : null;

    private static Option<string?> Value(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };
}
