using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>Where a run's data are now; the run remembers where they were.</summary>
internal sealed class RunDataOption : Option<string?>
{
    /// <param name="description">Null: of a run's data.</param>
    public RunDataOption(string? description = null) : base("--data")
    {
        Description = description ?? "Where the run's data are now, if they were moved. They must be the same data (eval takes another labelled set too). "
            + "Default: where they were.";
        HelpName = "NAME|DIR";
    }

    /// <summary>Opens the data that a run's configuration names, or the ones given in their place, with notes and downloads shown to people.</summary>
    public Func<DataConfiguration, ImageDataset> Opener(ParseResult parse, Screen screen, CancellationToken cancellationToken)
    {
        var given = parse.GetValue(this);
        return configuration => DataSets.Open(given is null ? configuration : DataSets.In(configuration, given), screen, cancellationToken);
    }

    /// <summary>Where the data of a sweep are on this machine.</summary>
    public static RunDataOption OfSweep() =>
        new("Where the data are on this machine; they must be those that the sweep was made with. Default: where they were then.");

    /// <summary>What was given, as the run's configuration has it; null where nothing was.</summary>
    public IReadOnlyList<ConfigurationValue>? Values(ParseResult parse) => parse.GetValue(this) is { } data ? DataSets.Values(data, Name) : null;
}
