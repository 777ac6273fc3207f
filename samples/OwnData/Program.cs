// Trains on pictures made here, saves the model as one file, loads it and predicts; it needs no files but those it writes.
// Run: dotnet run -c Release --project samples/OwnData [FOLDER]
using Weft;
using Weft.Training;

const int Size = 12;
string[] classes = ["top", "middle", "bottom"];
var folder = args.Length > 0 ? args[0] : ".";

var data = new ImageDataset("stripes", Stripes(300, "stripes of training"), () => Stripes(60, "stripes of the test"), classes);
var configuration = ConfigurationResolver.Resolve(new ConfigurationSources { Overrides = [ConfigurationResolver.ParseSet("training.epochs=3")] });
var file = Path.Combine(folder, "stripes.safetensors");
using (var plan = TrainingPlan.Begin(configuration, data, new NewRun { Store = new RunStore(Path.Combine(folder, "runs")) }))
{
    var result = Trainer.Run(plan);
    Console.WriteLine($"{plan.Network.ParameterCount:N0} parameters, {result.Best?.ValidationAccuracy:P1} of the validation images");
    TrainedModel.Load(result.Run.BestCheckpoint).Save(file);
}

using var predictor = new Predictor(TrainedModel.Load(file));
for (var place = 0; place < classes.Length; place++)
    Console.WriteLine($"bright at the {classes[place]}: {predictor.Predict([Stripe(place, variant: 1000)]).Single().Name}");

// Pictures that are bright in one third, from the top: the class says which.
ImageSamples Stripes(int count, string fingerprint) => new(new FeatureShape(Size, Size, 1),
    Enumerable.Range(0, count).SelectMany(i => Stripe(i % classes.Length, i)).ToArray(), Enumerable.Range(0, count).Select(i => (byte)(i % classes.Length)).ToArray(), fingerprint);

byte[] Stripe(int place, int variant) =>
    [.. Enumerable.Range(0, Size * Size).Select(p => (byte)((p / Size / (Size / classes.Length) == place ? 180 : 20) + (variant * 7 + p * 13) % 60))];
