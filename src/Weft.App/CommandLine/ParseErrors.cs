using System.CommandLine;
using System.CommandLine.Parsing;
using Weft.Training;

namespace Weft.App;

/// <summary>Turns what the command line parser found wrong into the error form of every other error.</summary>
internal static class ParseErrors
{
    public static WeftException Explain(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var path = Path(parse.CommandResult);
        var help = new Advice($"{path} --help");
        if (parse.UnmatchedTokens.Count > 0)
            return Unknown(parse.UnmatchedTokens, command, path, help);
        if (command.Subcommands.Count > 0 && command.Action is null)
            return new WeftException(
                ErrorKind.InvalidInput, $"{path} needs a verb")
            { Expected = string.Join(", ", command.Subcommands.Select(verb => verb.Name)), Next = help };

        var error = parse.Errors[0];
        return new WeftException(ErrorKind.InvalidInput, What(error, path)) { Where = $"in: {path} …", Next = help };
    }

    private static WeftException Unknown(IReadOnlyList<string> words, Command command, string path, NextStep help)
    {
        var isOption = words[0].StartsWith('-');
        var name = words[0].Split('=', 2)[0];
        var known = (isOption ? Options(command) : command.Subcommands.Select(verb => verb.Name)).ToList();
        var keys = isOption && known.Contains("--set") ? KeysNamed(Word(name)) : [];
        var nearest = known.FirstOrDefault(option => Word(option) == Suggestion.For(Word(name), known.Select(Word)));
        var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        return new WeftException(ErrorKind.InvalidInput, $"unknown {kind} {name}")
        {
            Where = $"in: {path} …",
            Expected = keys.Count > 0 ? $"did you mean {string.Join(" or ", keys.Select(key => $"--set {key}={ValueBehind(words)}"))}?"
                : nearest is not null ? $"did you mean {nearest}?"
                : kind is "argument" ? $"no more arguments; values are given with options, as in --model {name}"
                : !isOption ? string.Join(", ", known) : null,
            Next = keys.Count > 0 ? new ShowConfiguration() : help,
        };
    }

    // Most keys have no flag of their own; who tries one learns the key: --rotation, --optimizer.momentum.
    private static List<string> KeysNamed(string word) =>
        [.. ConfigurationTable.Keys.Select(key => key.Name).Distinct().Where(key => key == word || key.EndsWith($".{word}", StringComparison.Ordinal))];

    private static string ValueBehind(IReadOnlyList<string> words) =>
        words[0].Split('=', 2) is [_, var value] ? value : words.Count > 1 && !words[1].StartsWith('-') ? words[1] : "VALUE";

    // The form in which suggestions compare words: --limit-train as limit_train.
    private static string Word(string name) => name.TrimStart('-').Replace('-', '_');

    private static string What(ParseError error, string path) => error.SymbolResult switch
    {
        OptionResult { IdentifierToken.Value: var option, Tokens.Count: 0 } => $"{option} needs a value",
        OptionResult { IdentifierToken.Value: var option, Tokens.Count: > 1 } => $"{option} was given more than once",
        ArgumentResult { Tokens.Count: 0, Argument.Name: var argument } => $"{path} needs {argument}",
        _ => error.Message.TrimEnd('.'),
    };

    private static IEnumerable<string> Options(Command? command)
    {
        for (; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
            foreach (var option in command.Options)
                yield return option.Name;
    }

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "weft";
}
