// Trains on pictures made here, saves the model as one file, loads it and predicts; it needs no files but those it writes.
// Run: dotnet run -c Release --project samples/OwnData [FOLDER]
using Weft;
using Weft.Training;

const int Size = 12;
string[] classes = ["top", "middle", "bottom"];
var file = Path.Combine(args.Length > 0 ? args[0] : ".", "stripes.safetensors");

var network = new NetworkDescription("stripes", new FeatureShape(Size, Size, 1), new Sequential(
    new Conv2d(8, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(classes.Length)));
var data = new ImageDataset("stripes", Stripes(300, "stripes of training"), () => Stripes(60, "stripes of the test"), classes);
var result = Trainer.Train(network, data, new TrainingOptions { Epochs = 3, BatchSize = 32 });
Console.WriteLine($"{result.Best?.ValidationAccuracy:P1} of the validation images, in {result.TrainTime}");
result.Model.Save(file);

using var predictor = new Predictor(TrainedModel.Load(file));
for (var place = 0; place < classes.Length; place++)
    Console.WriteLine($"bright at the {classes[place]}: {predictor.Predict([Stripe(place, variant: 1000)]).Single().Name}");

// Pictures that are bright in one third, from the top: the class says which.
ImageSamples Stripes(int count, string fingerprint) => new(new FeatureShape(Size, Size, 1),
    Enumerable.Range(0, count).SelectMany(i => Stripe(i % classes.Length, i)).ToArray(), Enumerable.Range(0, count).Select(i => i % classes.Length)
        .ToArray(), fingerprint);

byte[] Stripe(int place, int variant) =>
    [.. Enumerable.Range(0, Size * Size).Select(p => (byte)((p / Size / (Size / classes.Length) == place ? 180 : 20) + (variant * 7 + p * 13) % 60))];
