namespace Weft.Training;

/// <summary>A picture that is near to one that is reviewed.</summary>
/// <param name="Index">Its number; −1 where the data do not have it any more.</param>
internal sealed record ReviewNeighbour(int Index, string Path, string Label);

/// <summary>A picture whose label a person shall judge.</summary>
/// <param name="Index">The sample's number in the training files.</param>
/// <param name="Label">The class that it has now.</param>
/// <param name="Proposed">The class that the networks hold more likely.</param>
/// <param name="Score">The label's own probability.</param>
/// <param name="ProposedProbability">The proposed class's own probability.</param>
internal sealed record ReviewItem(
    int Index, string Path, string Label, string Proposed, double Score, double ProposedProbability, IReadOnlyList<ReviewNeighbour> Near);
