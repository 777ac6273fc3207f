using Weft.Training;

namespace FirstSteps;

internal static class Analyze
{
    public static void Run(string runs, string? folder)
    {
        var checkpoint = new RunStore(runs).FindCheckpoint("latest@best");
        using var analysis = new RunAnalysis(checkpoint, _ => FashionMnist.Open(new DataOptions { Folder = folder }), new AnalysisOptions { Cases = 5 });
        var result = analysis.Run(new TestLedger(runs)); // validation images: the ledger stays as it is
        foreach (var pair in result.Pairs.Take(3))
            Console.WriteLine($"{result.Evaluation.Classes[pair.Label]} taken for {result.Evaluation.Classes[pair.Prediction]}: {pair.Count} times");
        foreach (var reason in result.Reasons)
            Console.WriteLine($"{reason.Title}: {reason.Sentence}");
        foreach (var mistake in result.Cases)
            Console.WriteLine(
                $"image {mistake.Index}: margin {mistake.Margin:F2}, typical of its class {mistake.Typicality:P0}; {string.Join("; ", mistake.Remarks)}");
    }
}
