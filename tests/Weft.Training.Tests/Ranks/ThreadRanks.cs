namespace Weft.Training.Tests;

/// <summary>Ranks that are threads of this process: the second kind next to MPI's.</summary>
internal sealed class ThreadRanks : RankGroup
{
    private readonly Shared _shared;

    private ThreadRanks(Shared shared, int rank) => (_shared, Rank) = (shared, rank);

    public override int Rank { get; }

    public override int Size => _shared.Sent.Length;

    /// <summary>Does the work on each rank; a rank that fails ends the others.</summary>
    public static void Run(int size, Action<RankGroup> work)
    {
        using var shared = new Shared(size);
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                work(new ThreadRanks(shared, rank));
            }
            catch (Exception failure)
            {
                lock (failures)
                    failures.Add(failure);
                shared.Stop.Cancel();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failures.Count > 0)
            throw failures.FirstOrDefault(failure => failure is not OperationCanceledException) ?? failures[0];
    }

    public override void AllGather(ReadOnlySpan<byte> mine, Span<byte> all, ReadOnlySpan<int> lengths)
    {
        Assert.Equal(lengths[Rank], mine.Length);
        Exchange(mine, [mine.Length]);
        for (int i = 0, start = 0; i < Size; start += lengths[i++])
            _shared.Sent[i].Bytes.CopyTo(all.Slice(start, lengths[i]));
        _shared.Wait();
    }

    public override void AllToAll(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receiveLengths)
    {
        Exchange(send, sendLengths);
        for (int i = 0, start = 0; i < Size; start += receiveLengths[i++])
        {
            var (bytes, lengths) = _shared.Sent[i];
            Assert.Equal(receiveLengths[i], lengths[Rank]);
            bytes.AsSpan(lengths[..Rank].Sum(), lengths[Rank]).CopyTo(received[start..]);
        }

        _shared.Wait();
    }

    public override void Abort(int exitCode) => _shared.Stop.Cancel();

    public override void Dispose() { }

    private void Exchange(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> lengths)
    {
        _shared.Sent[Rank] = (bytes.ToArray(), lengths.ToArray());
        _shared.Wait();
    }

    private sealed class Shared(int size) : IDisposable
    {
        private readonly Barrier _barrier = new(size);

        public (byte[] Bytes, int[] Lengths)[] Sent { get; } = new (byte[], int[])[size];

        public CancellationTokenSource Stop { get; } = new();

        public void Wait() => _barrier.SignalAndWait(Stop.Token);

        public void Dispose()
        {
            _barrier.Dispose();
            Stop.Dispose();
        }
    }
}
