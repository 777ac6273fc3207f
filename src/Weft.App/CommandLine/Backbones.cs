using Weft.Training;

namespace Weft.App;

/// <summary>Weights to start from, by name or as a file.</summary>
internal static class Backbones
{
    /// <exception cref="WeftException">There are no such weights, or they are damaged.</exception>
    public static PretrainedWeights Read(string reference, Screen screen, CancellationToken cancellationToken)
    {
        var path = Path.Combine(DataOptions.UserCache(), "models", reference + ".safetensors");
        return PretrainedWeights.Read(File.Exists(path) ? path : reference);
    }
}
