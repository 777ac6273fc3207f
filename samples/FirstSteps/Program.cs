// Train, evaluate, analyse and predict from C#, a few lines each. Run one after the other:
//   dotnet run -c Release --project samples/FirstSteps train [RUNS [DATA [EPOCHS]]]
//   dotnet run -c Release --project samples/FirstSteps evaluate|analyze [RUNS [DATA]]
//   dotnet run -c Release --project samples/FirstSteps predict PICTURE.png [RUNS]
using FirstSteps;

string? Given(int place) => place < args.Length ? args[place] : null;

switch (Given(0))
{
    case "train":
        Train.Run(Given(1) ?? "runs", Given(2), int.Parse(Given(3) ?? "3"));
        return 0;
    case "evaluate":
        Evaluate.Run(Given(1) ?? "runs", Given(2));
        return 0;
    case "analyze":
        Analyze.Run(Given(1) ?? "runs", Given(2));
        return 0;
    case "predict" when Given(1) is { } picture:
        Predict.Run(picture, Given(2) ?? "runs");
        return 0;
    default:
        Console.Error.WriteLine("usage: train | evaluate | analyze | predict PICTURE.png");
        return 2;
}
