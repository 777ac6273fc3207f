// A trained model in a console app: dotnet run --project samples/ConsoleApp -- model.safetensors photo.png another.jpg
using Weft.Training;

await using var classifier = PredictionPool.Load(args[0]);
var answers = args[1..].Select(async file => (File: file, Answer: await classifier.PredictPictureAsync(await File.ReadAllBytesAsync(file))));
foreach (var (file, answer) in await Task.WhenAll(answers)) // asked all at once, computed in batches
    Console.WriteLine($"{Path.GetFileName(file)}: {answer.Name} {answer.Probability:P1}");
