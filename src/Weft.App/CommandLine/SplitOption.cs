using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>The option <c>--split</c>, whose value is validation or test.</summary>
internal sealed class SplitOption : Option<string?>
{
    public SplitOption() : base("--split")
    {
        Description = "validation or test. Each look at the test images is noted in the ledger beside the runs. Default: validation.";
        HelpName = "SPLIT";
    }

    /// <exception cref="WeftException">Exit 2: no split has that name.</exception>
    public EvaluationSplit Of(ParseResult parse) => Parse(parse.GetValue(this) ?? "validation");

    /// <inheritdoc cref="Of"/>
    public static EvaluationSplit Parse(string text) => text switch
    {
        "validation" => EvaluationSplit.Validation,
        "test" => EvaluationSplit.Test,
        _ => throw new WeftException(ErrorKind.InvalidInput, "--split has a value it cannot have")
        {
            Where = "--split",
            Expected = "validation or test", Found = $"'{text}'", Safe = "the test images were not opened"
        },
    };
}
