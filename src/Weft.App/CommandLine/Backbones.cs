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

    /// <summary>A new run; where its network starts from weights from elsewhere, the last layer is fitted first.</summary>
    public static TrainingSession Begin(
        ResolvedConfiguration configuration, ImageDataset data, NewRun run, Screen screen, CancellationToken cancellationToken) =>
        configuration.Value.Backbone.Weights is { } source
            ? HeadTraining.Begin(
                configuration, data, Read(source, screen, cancellationToken), run, screen.People.WriteLine, cancellationToken: cancellationToken)
            : TrainingSession.Begin(configuration, data, run);
}
