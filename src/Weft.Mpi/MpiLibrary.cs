using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.Mpi;

/// <summary>
/// The functions of an MPI library that are used, and its names for all processes and for a byte. Open MPI's names are addresses of exported structures; those
/// of MPICH, Intel MPI and MVAPICH are numbers of their common binary interface.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const nint MpichWorld = 0x44000000;
    private const nint MpichByte = 0x4c00010d;

    private readonly nint _handle;

    private MpiLibrary(nint handle)
    {
        _handle = handle;
        var isOpenMpi = NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out var world);
        World = isOpenMpi ? world : MpichWorld;
        Byte = isOpenMpi ? NativeLibrary.GetExport(handle, "ompi_mpi_byte") : MpichByte;
        InitThread = (delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread");
        CommRank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        CommSize = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        Allgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Allgatherv");
        Alltoallv = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Alltoallv");
        Abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        EndJob = (delegate* unmanaged<int>)Export("MPI_Finalize");
    }

    public nint World { get; }

    public nint Byte { get; }

    public delegate* unmanaged<int*, byte***, int, int*, int> InitThread { get; }

    public delegate* unmanaged<nint, int*, int> CommRank { get; }

    public delegate* unmanaged<nint, int*, int> CommSize { get; }

    public delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> Allgatherv { get; }

    public delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> Alltoallv { get; }

    public delegate* unmanaged<nint, int, int> Abort { get; }

    public delegate* unmanaged<int> EndJob { get; }

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: there is no such library; the message names what brings one.</exception>
    public static MpiLibrary Load(MpiLaunch launch)
    {
        // UCX, which MPICH may use, would take the signal that .NET turns into a NullReferenceException, and end the process. It reads this when it is loaded.
        _ = SetEnvironment("UCX_ERROR_SIGNALS", "", overwrite: 1);
        foreach (var name in launch.Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
                return new MpiLibrary(handle);
        }

        throw new WeftException(ErrorKind.InvalidInput, "the MPI library of the launcher that started these processes cannot be loaded")
        {
            Where = string.Join(", ", launch.Libraries),
            Expected = $"the library next to its launcher: {launch.Packages}",
            Found = "none of these names",
            Safe = "nothing was begun",
            Next = new Advice("install the library on every machine, or start one process without a launcher: its bits are the same"),
        };
    }

    // .NET's own function does not reach native code.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private nint Export(string name) => NativeLibrary.GetExport(_handle, name);
}
