namespace Weft.App;

/// <summary>What <c>doctor</c> found out about the machine.</summary>
internal sealed record DoctorDocument
{
    public required string Version { get; init; }

    public required string Runtime { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Processor { get; init; }

    public required int Cores { get; init; }

    public required long MemoryLimitBytes { get; init; }

    public required string MemoryLimitSource { get; init; }

    public required int Threads { get; init; }

    public required int VectorBits { get; init; }

    public required double GigaflopsPerSecond { get; init; }

    public required string RunsFolder { get; init; }

    /// <summary>Null where the file system does not say.</summary>
    public required long? DiskFreeBytes { get; init; }

    /// <summary>Null where the data set is not on this machine.</summary>
    public required string? DataFolder { get; init; }

    public required IReadOnlyList<SelfCheckEntry> SelfCheck { get; init; }

    public required bool Healthy { get; init; }
}

/// <summary>One check of the kernels against the definition.</summary>
internal sealed record SelfCheckEntry(string Name, bool Passed, string Found);
