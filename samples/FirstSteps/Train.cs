using Weft;
using Weft.Training;

namespace FirstSteps;

internal static class Train
{
    public static void Run(string runs, string? folder, int epochs)
    {
        var data = FashionMnist.Open(new DataOptions { Folder = folder });
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources { Overrides = [ConfigurationResolver.ParseSet($"training.epochs={epochs}")] });
        using var plan = TrainingPlan.Begin(configuration, data, new NewRun { Store = new RunStore(runs) });
        var result = Trainer.Run(plan);
        Console.WriteLine($"{plan.Network.ParameterCount:N0} parameters, {result.Best?.ValidationAccuracy:P2} of the validation images, in {result.TrainTime.TotalSeconds:F0} s: {result.Run.Path}");
    }
}
