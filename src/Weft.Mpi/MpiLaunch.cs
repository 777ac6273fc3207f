namespace Weft.Mpi;

/// <summary>Whether an MPI library's launcher started this process, and with which others, as its variables say it.</summary>
/// <param name="Size">Processes of the job.</param>
/// <param name="Libraries">The names under which the launcher's own library is looked for, the likeliest first.</param>
/// <param name="Packages">What brings such a library, for the message where there is none.</param>
internal sealed record MpiLaunch(int Size, IReadOnlyList<string> Libraries, string Packages)
{
    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.so"];
    private static readonly string[] Mpich = ["libmpich.so.12", "libmpi.so.12", "libmpich.so"];

    /// <summary>Null for a process that was started by itself or alone.</summary>
    /// <param name="environment">Gives a variable's value, or null.</param>
    public static MpiLaunch? Of(Func<string, string?> environment)
    {
        // Open MPI's mpirun; then the process managers of MPICH, Intel MPI and Slurm.
        if (Count("OMPI_COMM_WORLD_SIZE") is { } open)
            return open > 1 ? new MpiLaunch(open, OpenMpi, "libopenmpi3 (Debian) or openmpi") : null;
        return Count("PMI_SIZE") is { } size and > 1 ? new MpiLaunch(size, [.. Mpich, .. OpenMpi], "libmpich12 (Debian) or mpich") : null;

        int? Count(string variable) => int.TryParse(environment(variable), out var count) ? count : null;
    }
}
