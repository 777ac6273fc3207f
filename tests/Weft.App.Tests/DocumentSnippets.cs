using Microsoft.AspNetCore.Builder;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>
/// The C# of README and guide, word for word, so that the compiler reads it: <see cref="DocumentTests"/> checks that each line there stands here.
/// </summary>
internal static class DocumentSnippets
{
    public static void FromCSharp()
    {
        var data = FashionMnist.Open(new DataOptions());
        var network = new NetworkDescription("mine", data.Shape, new Sequential(
            new Conv2d(32, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2),
            new Flatten(), new Linear(data.ClassCount)));
        var result = Trainer.Train(network, data, new TrainingOptions { Epochs = 3, Optimizer = new AdamWOptions { LearningRate = 0.002 } });
        Console.WriteLine($"{result.Best?.ValidationAccuracy:P1} in {result.TrainTime}");
        result.Model.Save("mine.safetensors");

        using var predictor = new Predictor(TrainedModel.Load("mine.safetensors"));
        var picture = PictureFile.Read("coat.png", predictor.Shape).First();
        Console.WriteLine(predictor.Predict([picture.Pixels])[0].Name);
    }

    public static void Deploying()
    {
        using var predictor = new Predictor(new RunStore("runs").FindCheckpoint("latest@best").ReadModel());
        var picture = PictureFile.Read("coat.png", predictor.Shape).First();
        var prediction = predictor.Predict([picture.Pixels])[0];
        Console.WriteLine($"{prediction.Name} {prediction.Probability:P1}");

        var builder = WebApplication.CreateBuilder();
        var app = builder.Build();
        builder.Services.AddWeftClassifier("model.safetensors");
        app.MapPost("/classify", async (byte[] picture, PredictionPool classifier) => (await classifier.PredictPictureAsync(picture)).Name);
    }
}
