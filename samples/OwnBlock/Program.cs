// A residual block, an augmentation and a metric of one's own: trained for an epoch and saved by one process, loaded by another that names pictures.
//   dotnet run -c Release --project samples/OwnBlock train MODEL.safetensors [DATA]
//   dotnet run -c Release --project samples/OwnBlock predict MODEL.safetensors PICTURE…
using Weft;
using Weft.Training;

switch (args)
{
    case ["train", var file, .. var folder]:
        Train(file, folder.FirstOrDefault());
        return 0;
    case ["predict", var file, .. var pictures]:
        Predict(file, pictures);
        return 0;
    default:
        Console.Error.WriteLine("usage: train MODEL.safetensors [DATA] | predict MODEL.safetensors PICTURE…");
        return 2;
}

static void Train(string file, string? folder)
{
    var data = FashionMnist.Open(new DataOptions { Folder = folder });
    var network = new NetworkDescription("own-block", data.Shape, new Sequential(
        new Conv2d(16, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2),
        new ResidualBlock(16), new ResidualBlock(32), new GlobalAveragePool(), new Linear(data.ClassCount)));
    var result = Trainer.Train(network, data, new TrainingOptions
    {
        Epochs = 1,
        BatchSize = 32,
        Augmentations = [new Noise(0.1)],
        Checkpoint = new CheckpointConfiguration { BestMetric = new WorstRecallMetric() },
    });
    var worst = result.History[^1].Further["worst_recall"];
    Console.WriteLine($"{result.Best?.ValidationAccuracy:P1} of the validation images, {worst:P1} of the worst class, in {result.TrainTime.TotalSeconds:F1} s");
    result.Model.Save(file);
}

static void Predict(string file, string[] pictures)
{
    LayerTypes.Register<ResidualBlock>(); // a file names the layers of its network, so a program that loads it says which of its own they may be
    using var predictor = new Predictor(TrainedModel.Load(file));
    foreach (var picture in pictures.SelectMany(path => PictureFile.Read(path, predictor.Shape)))
    {
        var prediction = predictor.Predict([picture.Pixels]).Single();
        Console.WriteLine($"{picture.Name}: {prediction.Name} {prediction.Probability:P1}");
    }
}

/// <summary>Two convolutions with a way around them: a layer that is made of layers.</summary>
internal sealed record ResidualBlock(int Channels) : CompositeLayer
{
    protected override Layer Build(FeatureShape input) => new Sequential(
        new Residual(new Sequential(
            new Conv2d(Channels, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(),
            new Conv2d(Channels, 3) { Padding = 1 }, new BatchNorm2d()))
        {
            Shortcut = input.Channels == Channels ? null : new Conv2d(Channels, 1),
        },
        new ReLU());
}

/// <summary>Adds noise to every pixel, uniform in ±strength standard deviations.</summary>
internal sealed record Noise(double Strength = 0) : PixelAugmentation
{
    public override bool IsOn => Strength > 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        for (var i = 0; i < image.Length; i++)
            image[i] += (float)rng.Uniform(i, -Strength, Strength);
    }
}

/// <summary>The recall of the class that is recognized worst: what the best epoch is chosen by.</summary>
internal sealed record WorstRecallMetric : EpochMetric
{
    public override bool LargerIsBetter => true;

    public override bool IsShare => true;

    public override double Value(ValidationResult validation) => Enumerable.Range(0, validation.Classes).Min(label =>
        (double)validation.Count(label, label) / Enumerable.Range(0, validation.Classes).Sum(predicted => validation.Count(label, predicted)));
}
