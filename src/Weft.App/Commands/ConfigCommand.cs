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
                ["values"] = new JsonObject(ConfigurationTable.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)Of(key, resolved)))),
            });
            return ExitCode.Done;
        }

        private static JsonObject Of(ConfigurationKey key, ResolvedConfiguration resolved) => new()
        {
            ["value"] = key.ReadValue(resolved.Value) switch
            {
                null => null,
                bool flag => flag,
                int whole => whole,
                long whole => whole,
                double number => number,
                _ => key.Read(resolved.Value),
            },
            ["origin"] = resolved.Origin(key.Name),
        };
    }

    private sealed class Schema(Screen screen) : Verb("schema", "The JSON schema of configuration files, for editors that complete and check them.", screen)
    {
        protected override ExitCode Run(ParseResult parse)
        {
            Screen.People.WriteLine(ConfigurationSchema.Json());
            Screen.WriteJson(JsonNode.Parse(ConfigurationSchema.Json())!.AsObject());
            return ExitCode.Done;
        }
    }
}
