using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>Where a run's data are now; the run remembers where they were.</summary>
internal sealed class RunDataOption : Option<string?>
{
    public RunDataOption() : base("--data")
    {
        Description = "Where the run's data are now, if they were moved. They must be the same data (eval takes another labelled set too). "
            + "Default: where they were.";
        HelpName = "NAME|DIR";
    }

    /// <summary>Opens the data that a run's configuration names, or the ones given in their place, with notes and downloads shown to people.</summary>
    public Func<DataConfiguration, ImageDataset> Opener(ParseResult parse, Screen screen, CancellationToken cancellationToken)
    {
        var given = parse.GetValue(this);
        return configuration => DataSets.Open(given is null ? configuration : DataSets.In(configuration, given), screen, cancellationToken);
    }

    /// <summary>What was given, as the run's configuration has it; null where nothing was.</summary>
    public IReadOnlyList<ConfigurationValue>? Values(ParseResult parse) => parse.GetValue(this) is { } data ? DataSets.Values(data, Name) : null;
}
