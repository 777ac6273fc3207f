namespace Weft.Training;

/// <summary>What is kept of a sweep apart from its rows.</summary>
/// <param name="File">The text of its file, as it was given.</param>
/// <param name="Information">What was fixed when it was made, as sweep.json has it.</param>
internal sealed record SweepRecord(string File, string Information);

/// <summary>Where a sweep is kept, what it was made of and its rows: a folder, or a database that workers on any machine reach.</summary>
internal interface ISweepHome : IDisposable
{
    /// <summary>The address of the database; null for a folder.</summary>
    string? Address { get; }

    /// <summary>The names of the sweeps that are kept there, in ordinal order.</summary>
    IReadOnlyList<string> Names();

    /// <summary>What the sweep was made of, or null where there is no such sweep.</summary>
    SweepRecord? Find();

    /// <summary>Makes the sweep, without rows, where there is none.</summary>
    /// <returns>What is there now: what was given, or what somebody else gave before.</returns>
    SweepRecord Make(SweepRecord record);

    /// <summary>Takes damaged rows out of the way and makes what is missing, so that rows can be written anew.</summary>
    /// <returns>Where the damaged rows are now; null where nothing was moved.</returns>
    string? Repair();

    /// <summary>The rows of the sweep, which was made.</summary>
    ISweepStore Store();
}
