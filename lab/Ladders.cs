namespace Weft.Lab;

/// <summary>A ladder by its name on the command line.</summary>
/// <param name="Sizes">What the numbers of a shape mean.</param>
/// <param name="Shapes">Those that are timed unless another is asked for.</param>
/// <param name="SmallShape">One that is checked in a moment, with remainders everywhere.</param>
/// <param name="Open">From a shape and a number of threads.</param>
internal sealed record LadderKind(string Name, string Sizes, int[][] Shapes, int[] SmallShape, Func<int[], int, Ladder> Open);

internal static class Ladders
{
    public static IReadOnlyList<LadderKind> All { get; } =
    [
        new("convolution", "images x height x width x inputs x outputs", [[32, 28, 28, 64, 64], [16, 14, 14, 128, 256]], [5, 7, 9, 16, 32],
            (shape, threads) => new ConvolutionLadder(shape, threads)),
        new("linear", "samples x features x outputs", [[128, 12544, 512]], [11, 300, 96], (shape, threads) => new LinearLadder(shape, threads)),
        new("norm", "images x height x width x channels", [[128, 28, 28, 64]], [5, 6, 8, 32], (shape, threads) => new NormLadder(shape, threads)),
        new("optimizer", "inputs x outputs", [[12544, 512]], [333, 64], (shape, threads) => new OptimizerLadder(shape, threads)),
    ];
}
