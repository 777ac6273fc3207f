using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>An option that takes a whole number in a range, for what is no configuration key.</summary>
internal sealed class WholeNumber : Option<string?>
{
    private const int MostThreads = 256;

    private readonly int _minimum;
    private readonly int _maximum;
    private readonly int _usual;

    public WholeNumber(string name, string description, int minimum, int maximum, int usual, string? usualInWords = null) : base(name)
    {
        (_minimum, _maximum, _usual) = (minimum, maximum, usual);
        Description = $"{description} Default: {usualInWords ?? usual.ToString(CultureInfo.InvariantCulture)}.";
        HelpName = "N";
    }

    /// <summary>Worker threads for what is measured or predicted, all cores unless fewer are asked for.</summary>
    public static WholeNumber Threads(string description = "Worker threads.") =>
        new("--threads", description, 1, MostThreads, Math.Min(MostThreads, Environment.ProcessorCount), "all cores");

    /// <summary>Worker threads of a training that goes on; see <see cref="Given"/>.</summary>
    public static WholeNumber ThreadsOfRun() =>
        new("--threads", "Worker threads; the result does not depend on it.", 1, MostThreads, 0, "as the run was started");

    /// <summary>The number, or null where none was given.</summary>
    public int? Given(ParseResult parse) => parse.GetValue(this) is null ? null : Of(parse);

    /// <exception cref="WeftException">Exit 2: no whole number, or out of its range.</exception>
    public int Of(ParseResult parse)
    {
        if (parse.GetValue(this) is not { } text)
            return _usual;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= _minimum && number <= _maximum
            ? number
            : throw new WeftException(ErrorKind.InvalidInput, $"{Name} has a value it cannot have")
            {
                Where = Name, Expected = $"a whole number in [{_minimum}, {_maximum}]", Found = $"'{text}'", Safe = "nothing was touched",
            };
    }
}
