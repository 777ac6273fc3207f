using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>An option that takes a whole number in a range, for what is no configuration key.</summary>
internal sealed class WholeNumber : Option<string?>
{
    private readonly int _minimum;
    private readonly int _maximum;
    private readonly int _usual;

    public WholeNumber(string name, string description, int minimum, int maximum, int usual, string? usualInWords = null) : base(name)
    {
        (_minimum, _maximum, _usual) = (minimum, maximum, usual);
        Description = $"{description} Default: {usualInWords ?? usual.ToString(CultureInfo.InvariantCulture)}.";
        HelpName = "N";
    }

    /// <exception cref="WeftException">Exit 2: no whole number, or out of its range.</exception>
    public int Of(ParseResult parse)
    {
        if (parse.GetValue(this) is not { } text)
            return _usual;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= _minimum && number <= _maximum
            ? number
            : throw new WeftException(ExitCode.Usage, $"{Name} has a value it cannot have")
            {
                Where = Name, Expected = $"a whole number in [{_minimum}, {_maximum}]", Found = $"'{text}'", Safe = "nothing was touched",
            };
    }
}
