namespace Weft.Tests.Shared;

/// <summary>What a mutation should know of a format.</summary>
/// <param name="Name">Names the reader in reports.</param>
/// <param name="Seeds">Right inputs, made by code or by another program.</param>
internal sealed record FuzzedFormat(string Name, params IReadOnlyList<byte[]> Seeds)
{
    /// <value>Where pieces of an input begin that can be left out, doubled and exchanged. Default: nowhere.</value>
    public Func<byte[], IEnumerable<int>> Pieces { get; init; } = _ => [];

    /// <value>Makes the checksums of every second input right again, so that damage is met past them. Default: there are none.</value>
    public Func<byte[], byte[]>? Repair { get; init; }

    /// <value>What an input is part of: a file in an archive, lines of a packed picture. Default: it stands alone.</value>
    public Func<byte[], byte[]> Wrap { get; init; } = input => input;

    /// <value>How many inputs an ordinary run of the tests has.</value>
    public int Usual { get; init; } = 600;

    /// <value>The most bytes that reading one input may take.</value>
    public long MostBytes { get; init; } = 64 << 20;
}
