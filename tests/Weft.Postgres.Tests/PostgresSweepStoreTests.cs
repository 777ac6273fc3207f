using Weft.Training;
using Weft.Training.Tests;

namespace Weft.Postgres.Tests;

/// <summary>The store in a database does what every store does.</summary>
public sealed class PostgresSweepStoreTests : SweepStoreContract, IClassFixture<PostgresServer>
{
    private const string Sweep = "a sweep with a ' in its name";

    private readonly PostgresServer _server;
    private readonly PostgresAddress _address;

    public PostgresSweepStoreTests(PostgresServer server)
    {
        (_server, _address) = (server, server.NewDatabase());
        using var database = SweepDatabase.Open(_address);
        database.Make(Sweep, new SweepRecord("method: grid", "{}"));
    }

    internal override ISweepStore Open() => SweepDatabase.Open(_address).Store(Sweep);

    // Nothing is written when a process is killed: only its leases run out, which here they have done at once.
    internal override void Kill(ISweepStore store)
    {
        store.Dispose();
        _server.Execute(_address.Settings.Database!, "update weft.trial set lease_until = clock_timestamp() - interval '1 second' where state = 2");
    }
}
