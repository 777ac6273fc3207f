// Code of your own in a training, one file each: what none of Weft's assemblies knows, written outside of them.
//   dotnet run -c Release --project samples/Custom [FILE]
using Custom;
using Weft;
using Weft.Training;

var data = Patterns.Create(count: 240);
var network = new NetworkDescription("patterns", data.Shape, new Sequential(
    new Conv2d(8, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(data.ClassCount)));
var options = new TrainingOptions { Epochs = 4, BatchSize = 24, Threads = 1, Optimizer = new SgdOptions { LearningRate = 0.05 } };

var own = network with
{
    Body = new Sequential(new ResidualBlock(8) { Name = "block" }, new ChannelScale { Name = "scale" }, new GlobalAveragePool(), new Linear(data.ClassCount)),
};
var trained = Show("layers", options, own);
var file = args.FirstOrDefault() ?? "custom.safetensors";
trained.Model.Save(file);
// Another process that loads the model calls LayerTypes.Register<ResidualBlock>() and LayerTypes.Register<ChannelScale>() first: this one knows them since it
// trained.
var loaded = TrainedModel.Load(file);
Console.WriteLine($"  loaded: {string.Join(", ", loaded.Weights.Take(2).Select(tensor => tensor.Name))}, …, {loaded.Weights.Count} tensors");
Show("loss", options with { Loss = new BrierLoss(), Optimizer = new SgdOptions { LearningRate = 0.03 } });
Show("optimizer", options with { Optimizer = new SignumOptions { LearningRate = 0.005 } });
Show("schedule", options with { Schedule = new SawtoothSchedule { EveryEpochs = 2 } });
Show("augmentation", options with { Augmentations = [new Noise(Strength: 0.5)] });
var chosen = Show("metric", options with { Checkpoint = new CheckpointConfiguration { BestMetric = new WorstRecallMetric() } });
Console.WriteLine($"  worst recall by epoch: {string.Join(", ", chosen.History.Select(row => $"{row.Further["worst_recall"]:P1}"))}");
Show("policy", options with { Policies = [new StopAtAccuracy(0.6)] });

TrainingResult Show(string what, TrainingOptions custom, NetworkDescription? layers = null)
{
    var result = Trainer.Train(layers ?? network, data, custom);
    Console.WriteLine($"{what}: {result.StopReason} after {result.Epochs} epochs, best epoch {result.Best!.Epoch} with {result.Best.ValidationAccuracy:P1}");
    return result;
}
