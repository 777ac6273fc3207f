using Weft.Training;

namespace FirstSteps;

internal static class Predict
{
    public static void Run(string picture, string runs)
    {
        using var predictor = new Predictor(new RunStore(runs).FindCheckpoint("latest@best").ReadModel());
        var images = PictureFile.Read(picture, predictor.Shape).ToList();
        foreach (var (image, prediction) in images.Zip(predictor.Predict([.. images.Select(image => image.Pixels)])))
            Console.WriteLine($"{image.Name}: {prediction.Name} {prediction.Probability:P1}");
    }
}
