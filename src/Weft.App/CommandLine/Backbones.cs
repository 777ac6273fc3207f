using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

/// <summary>Weights to start from, by name or as a file.</summary>
internal static class Backbones
{
    /// <summary>Weights with a name are fetched where they are not here yet.</summary>
    /// <exception cref="WeftException">There are no such weights, they cannot be had, or they are damaged.</exception>
    public static PretrainedWeights Read(string reference, Screen screen, CancellationToken cancellationToken) => PretrainedWeights.Read(
        DataSets.IsPath(reference) || File.Exists(reference) ? reference : KnownModels.Get(reference, UserModels.Store(screen), cancellationToken));
}
