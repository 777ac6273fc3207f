using Weft.Training;

namespace Weft.Mpi;

/// <summary>
/// The processes of an MPI job. MPI moves bytes and adds nothing: its reductions may take another order on another number of processes. A process that dies
/// ends the job, as MPI has it; the run goes on from its last checkpoint, on any number of processes.
/// </summary>
internal sealed unsafe class MpiRanks : RankGroup
{
    private const int Serialized = 2; // MPI_THREAD_SERIALIZED: any thread may call, one at a time

    private readonly MpiLibrary _library;
    private bool _isOver;

    private MpiRanks(MpiLibrary library)
    {
        _library = library;
        int provided, rank, size;
        Require(library.InitThread(null, null, Serialized, &provided), "MPI_Init_thread");
        if (provided < Serialized)
            throw Failure("MPI_Init_thread", $"thread level {provided}", $"a library that lets any thread call it (level {Serialized})");
        Require(library.CommRank(library.World, &rank), "MPI_Comm_rank");
        Require(library.CommSize(library.World, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
    }

    public override int Rank { get; }

    public override int Size { get; }

    /// <summary>Joins the other processes of the job; once a process.</summary>
    /// <exception cref="WeftException">There is no library, or it refuses.</exception>
    public static MpiRanks Join(MpiLaunch launch) => new(MpiLibrary.Load(launch));

    public override void AllGather(ReadOnlySpan<byte> mine, Span<byte> all, ReadOnlySpan<int> lengths)
    {
        Span<int> starts = stackalloc int[Size];
        Starts(lengths, starts);
        fixed (byte* from = mine, to = all)
        fixed (int* counts = lengths, places = starts)
            Require(_library.Allgatherv(from, mine.Length, _library.Byte, to, counts, places, _library.Byte, _library.World), "MPI_Allgatherv");
    }

    public override void AllToAll(ReadOnlySpan<byte> send, ReadOnlySpan<int> sendLengths, Span<byte> received, ReadOnlySpan<int> receiveLengths)
    {
        Span<int> sendStarts = stackalloc int[Size], receiveStarts = stackalloc int[Size];
        Starts(sendLengths, sendStarts);
        Starts(receiveLengths, receiveStarts);
        fixed (byte* from = send, to = received)
        fixed (int* sendCounts = sendLengths, sendPlaces = sendStarts, receiveCounts = receiveLengths, receivePlaces = receiveStarts)
        {
            Require(
                _library.Alltoallv(
                    from, sendCounts, sendPlaces, _library.Byte, to, receiveCounts, receivePlaces, _library.Byte, _library.World), "MPI_Alltoallv");
        }
    }

    public override void Abort(int exitCode)
    {
        _isOver = true;
        _library.Abort(_library.World, exitCode);
    }

    public override void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        _library.EndJob();
    }

    private static void Starts(ReadOnlySpan<int> lengths, Span<int> starts)
    {
        var start = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            starts[i] = start;
            start = checked(start + lengths[i]);
        }
    }

    // By default the library itself ends the job when a call fails; this is for libraries that return.
    private static void Require(int result, string function)
    {
        if (result != 0)
            throw Failure(function, $"error {result}", "0");
    }

    private static WeftException Failure(string function, string found, string expected) =>
        new(ErrorKind.PeerLost, "the processes that train together lost each other")
        {
            Where = function, Expected = expected, Found = found, Safe = "the run's last checkpoint is intact",
            Next = new Advice("resume the run, on as many processes as there are"),
        };
}
