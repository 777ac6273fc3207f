using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Training;

/// <summary>
/// The processes that train one network together, numbered from 0. Bytes go between them; nobody adds anything on the way, so that the bits of a sum are ours.
/// Every rank makes the same calls in the same order.
/// </summary>
internal abstract class RankGroup : IDisposable
{
    /// <summary>This process by itself, a group of one.</summary>
    public static RankGroup Alone { get; } = new OneRank();

    /// <summary>The number of this process.</summary>
    public abstract int Rank { get; }

    /// <summary>How many processes there are.</summary>
    public abstract int Size { get; }

    /// <summary>Gives what each rank has to all, in the order of the ranks.</summary>
    /// <param name="mine">As long as <paramref name="lengths"/> says of this rank.</param>
    /// <param name="all">As long as all lengths together.</param>
    /// <param name="lengths">Bytes of each rank, the same on every rank.</param>
    public abstract void AllGather(ReadOnlySpan<byte> mine, Span<byte> all, ReadOnlySpan<int> lengths);

    /// <summary>Gives each rank what every rank has for it, in the order of the ranks.</summary>
    /// <param name="sendLengths">Bytes for each rank, one after the other in <paramref name="send"/>.</param>
    /// <param name="receiveLengths">Bytes from each rank, one after the other in <paramref name="received"/>.</param>
    public abstract void AllToAll(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receiveLengths);

    /// <summary>Ends all processes at once, for one that cannot go on while the others wait for it.</summary>
    public abstract void Abort(int exitCode);

    public abstract void Dispose();

    /// <summary>Some values of each rank, on every rank.</summary>
    /// <param name="counts">Values of each rank.</param>
    public void AllGather<T>(ReadOnlySpan<T> mine, Span<T> all, ReadOnlySpan<int> counts)
        where T : unmanaged
    {
        var lengths = new int[Size];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = counts[i] * Unsafe.SizeOf<T>();
        AllGather(MemoryMarshal.AsBytes(mine), MemoryMarshal.AsBytes(all), lengths);
    }

    /// <summary>One value of each rank, on every rank.</summary>
    public T[] AllGather<T>(T mine)
        where T : unmanaged
    {
        var (all, counts) = (new T[Size], new int[Size]);
        counts.AsSpan().Fill(1);
        AllGather(new ReadOnlySpan<T>(in mine), all, counts);
        return all;
    }

    /// <summary>What rank 0 has, on every rank.</summary>
    /// <param name="bytes">Rank 0's; of the others it is not looked at.</param>
    public byte[] Broadcast(ReadOnlySpan<byte> bytes)
    {
        const int Most = 1 << 28; // a message's length is an int, and libraries double it
        var all = new byte[AllGather(Rank == 0 ? bytes.Length : 0)[0]];
        var lengths = new int[Size];
        for (var start = 0; start < all.Length; start += Most)
        {
            lengths[0] = Math.Min(Most, all.Length - start);
            AllGather(Rank == 0 ? bytes.Slice(start, lengths[0]) : [], all.AsSpan(start, lengths[0]), lengths);
        }

        return all;
    }

    private sealed class OneRank : RankGroup
    {
        public override int Rank => 0;

        public override int Size => 1;

        public override void AllGather(ReadOnlySpan<byte> mine, Span<byte> all, ReadOnlySpan<int> lengths) => mine.CopyTo(all);

        public override void AllToAll(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receiveLengths) =>
            send.CopyTo(received);

        public override void Abort(int exitCode) { }

        public override void Dispose() { }
    }
}
