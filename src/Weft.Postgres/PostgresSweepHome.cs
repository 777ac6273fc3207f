using Weft.Training;

namespace Weft.Postgres;

/// <summary>A sweep that is kept in a database.</summary>
/// <param name="database">It belongs to the home, and to the store that the home gives.</param>
internal sealed class PostgresSweepHome(SweepDatabase database, string sweep) : ISweepHome
{
    public string Address => database.Address.Text;

    public IReadOnlyList<string> Names() => database.Names();

    public SweepRecord? Find() => database.Find(sweep);

    public SweepRecord Make(SweepRecord record) => database.Make(sweep, record);

    public string? Repair()
    {
        database.MakeTables();
        return null;
    }

    public ISweepStore Store() => database.Store(sweep);

    public void Dispose() => database.Dispose();
}
