using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary><c>--split validation|test</c>.</summary>
internal static class SplitOption
{
    public static Option<EvaluationSplit> Create() => new("--split")
    {
        Description = "validation or test. Each look at the test images is noted in the ledger beside the runs.", HelpName = "SPLIT", DefaultValueFactory = _ => EvaluationSplit.Validation,
        CustomParser = result => Parse(result.Tokens[0].Value),
    };

    private static EvaluationSplit Parse(string text) => text switch
    {
        "validation" => EvaluationSplit.Validation,
        "test" => EvaluationSplit.Test,
        _ => throw new WeftException(ExitCode.Usage, "--split has a value it cannot have") { Where = "--split", Expected = "validation or test", Found = $"'{text}'", Safe = "the test images were not opened" },
    };
}
