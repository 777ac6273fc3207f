namespace Weft.Training;

/// <summary>Fetch a published data set.</summary>
/// <param name="Replace">Whether to pass over the copy that is there.</param>
public sealed record GetDataset(string Name, bool Replace) : NextStep;

/// <summary>Name one of several folders of data.</summary>
public sealed record ChooseData(string Folder) : NextStep;

/// <summary>Train without the pictures that cannot be read.</summary>
internal sealed record LeaveOutUnreadable : NextStep;
