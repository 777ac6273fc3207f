using System.CommandLine;
using Weft.Postgres;
using Weft.Training;

namespace Weft.App;

/// <summary>The database that holds a sweep, where that is not its folder.</summary>
internal sealed class StoreOption : Option<string?>
{
    public StoreOption() : base("--store")
    {
        Description = "The database that holds the sweep, for workers on any number of machines: postgres://USER@HOST/DATABASE. "
            + "Default: what the sweep's folder says, else the folder.";
        HelpName = "ADDRESS";
    }

    /// <summary>Where a sweep is kept: in the database that was given or that its folder names, else in its folder.</summary>
    /// <param name="cancellationToken">Once it is cancelled, nobody waits long for a server.</param>
    /// <exception cref="WeftException">Exit 2: it is no address, or has a password in it; exit 31: the server cannot be reached.</exception>
    public ISweepHome Home(ParseResult parse, SweepFolder folder, CancellationToken cancellationToken = default) =>
        Of(folder, parse.GetValue(this), cancellationToken);

    /// <inheritdoc cref="Home"/>
    /// <param name="address">The database's; null where none was given.</param>
    public static ISweepHome Of(SweepFolder folder, string? address, CancellationToken cancellationToken = default)
    {
        var home = new FolderSweepHome(folder);
        address ??= home.Find() is { } record ? SweepInformation.Parse(record.Information, folder.InformationFile).Store : null;
        return address is null ? home
            : new PostgresSweepHome(SweepDatabase.Open(PostgresAddress.Parse(address), cancellationToken: cancellationToken), folder.Name);
    }
}
