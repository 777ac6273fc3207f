using System.CommandLine;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class ConfigCommand : Command
{
    public ConfigCommand(Screen screen) : base("config", "Configurations: what a run would use and why, their JSON schema, the difference of two runs.")
    {
        Subcommands.Add(new Show(screen));
        Subcommands.Add(new Schema(screen));
        Subcommands.Add(new Diff(screen));
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
            Screen.WriteJson(new JsonObject
            {
                ["recipe"] = resolved.RecipeName,
                ["values"] = ConfigurationJson.Of(resolved),
            });
            return ExitCode.Done;
        }
    }

    private sealed class Schema : Verb
    {
        private readonly Option<bool> _model = new("--model") { Description = "The schema of model files instead." };

        public Schema(Screen screen) : base("schema", "The JSON schema of configuration files, for editors that complete and check them.", screen) => Options.Add(_model);

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
            Screen.WriteJson(new JsonObject
            {
                ["differences"] = new JsonArray([.. differences.Select(d => new JsonObject { ["key"] = d.Key, ["left"] = d.Left, ["right"] = d.Right })]),
            });
            return ExitCode.Done;
        }

        private static RunConfiguration Of(RunStore store, string reference) => File.Exists(reference)
            ? ConfigurationResolver.Resolve(new ConfigurationSources { File = reference }).Value
            : store.Find(reference).Configuration().Value;
    }
}
