namespace Weft.Training;

/// <summary>How a picture becomes the network's input: (pixel / 255 − mean) / standard deviation, per channel.</summary>
public sealed record Preprocessing(int Height, int Width, int Channels, IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation);
