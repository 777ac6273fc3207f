using System.CommandLine;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class ConfigCommand : Command
{
    public ConfigCommand(Screen screen)
        : base("config", "Configurations: what a run would use and why, every key, their JSON schema, the difference of two runs, the repair of one.")
    {
        Subcommands.Add(new Show(screen));
        Subcommands.Add(new Keys(screen));
        Subcommands.Add(new Schema(screen));
        Subcommands.Add(new Diff(screen));
        Subcommands.Add(new Restore(screen));
    }

    private sealed class Show : Verb
    {
        private readonly ConfigurationOptions _configuration = new();

        public Show(Screen screen) : base("show", "The configuration that weft train would use with the same options, each value with its origin.", screen) =>
            _configuration.AddTo(this);

        protected override ExitCode Run(ParseResult parse)
        {
            var resolved = _configuration.Resolve(parse);
            Screen.People.Write(resolved.ToYaml());
            Screen.WriteJson(new ConfigurationDocument(resolved.RecipeName, ConfigurationEntry.AllOf(resolved)));
            return ExitCode.Done;
        }
    }

    private sealed class Keys : Verb
    {
        private readonly Argument<string?> _name = new("NAME")
        { Description = "A key, or what its name begins with: optimizer. Default: all.", Arity = ArgumentArity.ZeroOrOne };

        public Keys(Screen screen) : base("keys", "Every key of configurations: what it means, its values and its default.", screen) => Arguments.Add(_name);

        protected override ExitCode Run(ParseResult parse)
        {
            var name = parse.GetValue(_name) ?? "";
            var keys = ConfigurationTable.Keys.Where(key => key.Name == name || name.Length == 0 || key.Name.StartsWith(name + ".", StringComparison.Ordinal))
                .ToList();
            if (keys.Count == 0)
            {
                var near = Suggestion.For(name, ConfigurationTable.Keys.Select(key => key.Name).Distinct());
                throw new WeftException(ErrorKind.InvalidInput, $"no key is named {name}")
                {
                    Where = "NAME", Expected = near is null ? "a key or a section"
                    : $"did you mean {near}?", Found = name, Next = new Advice("weft config keys")
                };
            }

            foreach (var key in keys)
            {
                Screen.People.WriteLine(key.OwnerName is { } owner ? $"{key.Name} ({owner})" : key.Name);
                Screen.People.WriteLine($"  {key.Help}");
                Screen.People.WriteLine($"  {key.Expected}; default {OptionKey.Write(key.DefaultValue)}");
            }

            Screen.WriteJson(new ConfigurationKeysDocument([.. keys.Select(key => new ConfigurationKeyEntry(
                key.Name, key.OwnerName, key.Help, key.Expected, ConfigurationSchema.ToJson(key.DefaultValue)))]));
            return ExitCode.Done;
        }
    }

    private sealed class Schema : Verb
    {
        private readonly Option<bool> _model = new("--model") { Description = "The schema of model files instead." };

        public Schema(Screen screen) : base("schema", "The JSON schema of configuration files, for editors that complete and check them.", screen) =>
            Options.Add(_model);

        protected override ExitCode Run(ParseResult parse)
        {
            var schema = parse.GetValue(_model) ? ModelFileSchema.Json() : ConfigurationSchema.Json();
            Screen.People.WriteLine(schema);
            Screen.WriteJson(JsonNode.Parse(schema)!.AsObject());
            return ExitCode.Done;
        }
    }

    private sealed class Diff : Verb
    {
        private readonly RunsOption _runs = new();
        private readonly Argument<string> _left = new("RUN1") { Description = "A run, or a configuration file." };
        private readonly Argument<string> _right = new("RUN2") { Description = "The one to compare it with." };

        public Diff(Screen screen) : base("diff", "The keys in which the configurations of two runs differ.", screen)
        {
            Arguments.Add(_left);
            Arguments.Add(_right);
            Options.Add(_runs);
        }

        protected override ExitCode Run(ParseResult parse)
        {
            var store = _runs.Store(parse);
            var differences = ConfigurationComparison.Of(Of(store, parse.GetValue(_left)!), Of(store, parse.GetValue(_right)!));
            foreach (var difference in differences)
                Screen.People.WriteLine($"{difference.Key,-32}  {Printable.Escape(difference.Left)}  →  {Printable.Escape(difference.Right)}");
            if (differences.Count == 0)
                Screen.People.WriteLine("no difference");
            Screen.WriteJson(new ConfigurationDifferencesDocument(
                [.. differences.Select(difference => new ConfigurationDifferenceEntry(difference.Key, difference.Left, difference.Right))]));
            return ExitCode.Done;
        }

        private static RunConfiguration Of(RunStore store, string reference) => File.Exists(reference)
            ? ConfigurationResolver.Resolve(new ConfigurationSources { File = reference }).Value
            : RunChecks.Configuration(store.Find(reference).Folder).Value;
    }

    private sealed class Restore : Verb
    {
        private readonly RunArgument _run = new("The run whose config.yaml was edited, emptied or lost.");
        private readonly RunsOption _runs = new();

        public Restore(Screen screen)
            : base("restore", "Writes a run's config.yaml anew from its checkpoint; the old file is kept as config.yaml.damaged.", screen)
        {
            Arguments.Add(_run);
            Options.Add(_runs);
        }

        protected override ExitCode Run(ParseResult parse)
        {
            var run = _runs.Store(parse).Find(parse.GetValue(_run)!).Folder;
            var written = ConfigurationRestore.Run(run);
            foreach (var (file, kept) in written)
            {
                var old = kept is null ? "" : $"; the old one is {Printable.Escape(RunReference.ShortPath(kept))}";
                Screen.People.WriteLine($"{Printable.Escape(RunReference.ShortPath(file))} was written anew from the checkpoint{old}");
            }

            if (written.Count == 0)
                Screen.People.WriteLine("nothing to restore: the configuration is what the checkpoint says");
            Screen.WriteJson(new RestoredConfigurationDocument(run.Path, [.. written.Select(one => new RestoredFileEntry(one.File, one.Kept))]));
            return ExitCode.Done;
        }
    }
}
