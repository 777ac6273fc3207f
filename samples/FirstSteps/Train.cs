using Weft;
using Weft.Training;

namespace FirstSteps;

internal static class Train
{
    public static void Run(string runs, string? folder, int epochs)
    {
        var data = FashionMnist.Open(new DataOptions { Folder = folder });
        var network = ModelCatalog.Describe("small", new ModelOptions { Input = data.Shape, Classes = data.ClassCount });
        var result = Trainer.Train(network, data, new TrainingOptions { Epochs = epochs, Runs = new RunStore(runs) });
        Console.WriteLine($"{result.Best?.ValidationAccuracy:P2} of the validation images, in {result.TrainTime.TotalSeconds:F0} s: {result.Run!.Path}");
    }
}
