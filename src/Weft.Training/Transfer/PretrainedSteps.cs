namespace Weft.Training;

/// <summary>Use the network of the catalog that the weights are for.</summary>
internal sealed record UseBackbone(string Network) : NextStep;

/// <summary>Make weights of the catalog's network from another program's file.</summary>
internal sealed record ImportWeights(string Path) : NextStep;

/// <summary>See what weights there are.</summary>
internal sealed record ListModels : NextStep;
