using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The C# of README and guide, word for word, so that the compiler reads it: <see cref="DocumentTests"/> checks that each line there stands here.</summary>
internal static class DocumentSnippets
{
    public static void FromCSharp()
    {
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = "cnn5" });
        var data = FashionMnist.Open(new DataOptions());
        using var plan = TrainingPlan.Begin(configuration, data, new NewRun { Store = new RunStore("runs") });
        var result = Trainer.Run(plan);
        Console.WriteLine($"{result.Best?.ValidationAccuracy:P1} in {result.TrainTime}  {result.Run.Path}");
    }

    public static void Deploying()
    {
        using var predictor = new Predictor(new RunStore("runs").FindCheckpoint("latest@best").ReadModel());
        var picture = PictureFile.Read("coat.png", predictor.Shape).First();
        var prediction = predictor.Predict([picture.Pixels])[0];
        Console.WriteLine($"{prediction.Name} {prediction.Probability:P1}");
    }
}
