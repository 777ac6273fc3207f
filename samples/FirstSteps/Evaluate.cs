using Weft.Training;

namespace FirstSteps;

internal static class Evaluate
{
    public static void Run(string runs, string? folder)
    {
        var checkpoint = new RunStore(runs).FindCheckpoint("latest@best");
        using var evaluation = new RunEvaluation(checkpoint, _ => FashionMnist.Open(new DataOptions { Folder = folder }));
        var result = evaluation.Validation();
        Console.WriteLine($"{result.Accuracy:P2} (95 %: {result.Interval.Low:P2} to {result.Interval.High:P2})");
        foreach (var c in result.PerClass)
            Console.WriteLine($"{c.Name,-12} recall {c.Recall:P1}, precision {c.Precision:P1}");
    }
}
