using System.Text.Json;

namespace Weft;

/// <summary>
/// How the names of types and properties are written in files and on the command line: in snake case, without the ending that says what kind of thing it is.
/// </summary>
public static class OptionNames
{
    // Words that snake case would tear apart.
    private static readonly (string Written, string Word)[] Words = [("ReLU", "Relu"), ("SiLU", "Silu"), ("AdamW", "Adamw"), ("RmsProp", "Rmsprop")];

    /// <summary>"learning_rate" for LearningRate, "leaky_relu" for LeakyReLU, "max_pool2d" for MaxPool2d.</summary>
    public static string Of(string name) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(Words.Aggregate(name, (text, word) => text.Replace(word.Written, word.Word, StringComparison.Ordinal)));

    /// <summary>
    /// The name of a type among those that derive from <paramref name="kind"/>: "sgd" for SgdOptions, "one_cycle" for OneCycleSchedule, "focal" for
    /// FocalLoss.
    /// </summary>
    public static string Of(Type type, Type kind)
    {
        var ending = Ending(kind);
        return Of(type.Name.Length > ending.Length && type.Name.EndsWith(ending, StringComparison.Ordinal) ? type.Name[..^ending.Length] : type.Name);
    }

    /// <summary>The name that a type of a kind usually has when it is written so: "MySgdOptions" for "my_sgd".</summary>
    public static string TypeName(string name, Type kind) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..])) + Ending(kind);

    // The last word of the kind's name: Options of OptimizerOptions, Metric of EpochMetric, Schedule.
    private static string Ending(Type kind) => kind.Name[Math.Max(0, Array.FindLastIndex(kind.Name.ToCharArray(), char.IsAsciiLetterUpper))..];
}
