// The training loop by hand, from the public pieces: what `weft train` does without checkpoints, policies and a live view.
// Run: dotnet run -c Release --project samples/HandWrittenLoop [epochs] [training images]
using Weft;
using Weft.Training;

const int BatchSize = 128;
const double PeakRate = 0.05;
var epochs = args.Length > 0 ? int.Parse(args[0]) : 3;
var limit = args.Length > 1 ? int.Parse(args[1]) : (int?)null;

var data = FashionMnist.Open(new DataOptions());
var split = DatasetSplit.Of(data, seed: 0).Limit(data, limit, null);
var statistics = DatasetStatistics.Of(data.Train, split.Train);

using var device = Device.Cpu(Environment.ProcessorCount);
using var network = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = BatchSize, Seed = 0 });
using var optimizer = Optimizer.Create(new SgdOptions { Momentum = 0.9, Nesterov = true, WeightDecay = 5e-4 }, network.Tensors);
using var loader = new BatchLoader(data.Train, split.Train, statistics, new BatchLoaderOptions { BatchSize = BatchSize, Epochs = epochs });
var validation = new EvaluationLoader(data.Train, split.Validation, statistics, BatchSize);
var schedule = new OneCycleSchedule();

long step = 0;
for (var epoch = 1; epoch <= epochs; epoch++)
{
    var loss = 0.0;
    for (var i = 0; i < loader.BatchesPerEpoch; i++, step++)
    {
        var batch = loader.Next();
        network.ForwardTraining(batch.Images, batch.Count, step);
        loss += SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, batch.Targets, labelSmoothing: 0, network.LogitsGradient).MeanLoss;
        optimizer.LearningRate = schedule.LearningRate(PeakRate, new SchedulePosition(step, loader.BatchesPerEpoch, (long)loader.BatchesPerEpoch * epochs));
        network.Backward(optimizer);
        optimizer.Step();
    }
    Console.WriteLine($"epoch {epoch}: training loss {loss / loader.BatchesPerEpoch:F4}, validation accuracy {Accuracy():P2}");
}

double Accuracy()
{
    var correct = 0;
    for (var i = 0; i < validation.BatchCount; i++)
    {
        var batch = validation.Load(i);
        network.Forward(batch.Images, batch.Count);
        correct += SoftmaxCrossEntropy.PerSample(network.Logits, network.ClassCount, batch.Labels, new float[batch.Count]).Correct;
    }
    return (double)correct / validation.SampleCount;
}
