using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>What the engine says about a network that does not fit together, in the form every message has.</summary>
internal static partial class NetworkErrors
{
    public static WeftException ToError(Exception wrong, string where)
    {
        // The engine's sentences: who expects what, but received what. What to do.
        var parts = Sentence().Match(wrong.Message);
        return parts.Success
            ? new WeftException(ErrorKind.InvalidInput, $"{parts.Groups["who"].Value} does not fit", wrong)
            {
                Where = where, Expected = parts.Groups["expected"].Value, Found = parts.Groups["found"].Value, Safe = "nothing was touched",
                Next = parts.Groups["do"] is { Success: true } action ? new Advice(action.Value) : null,
            }
            : new WeftException(ErrorKind.InvalidInput, "this network cannot be built", wrong)
            {
                Where = where, Found = wrong.Message, Safe = "nothing was touched",
            };
    }

    [GeneratedRegex("""^(?<who>\w+ "[^"]*") expects (?<expected>.+?), but (?:received )?(?<found>.+?)(?:\. (?<do>[A-Z].+?))?\.?$""")]
    private static partial Regex Sentence();
}
