using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>Where a model comes from: a file, which may be a checkpoint of a run.</summary>
internal sealed record ServedFile(string Path, CheckpointReference? Checkpoint = null)
{
    /// <value>Opens a file that is no run's. Default: as one of Weft's own.</value>
    public Func<string, TrainedModel> Load { get; init; } = TrainedModel.Load;

    /// <summary>Length and time of the file: what tells that there is a new one, on network disks too.</summary>
    public (long Length, DateTime Written) Stamp => new FileInfo(Path) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : default;

    /// <exception cref="WeftException">As <see cref="TrainedModel.Load(string)"/> and <see cref="CheckpointReference.ReadModel"/>.</exception>
    public ModelContent Read()
    {
        while (true)
        {
            var stamp = Stamp;
            var model = Checkpoint?.ReadModel() ?? Load(Path);
            var content = new ModelContent(model, Version(), Checkpoint is null ? null : TrainingFeatures.Read(Checkpoint.Run));
            if (Stamp == stamp)
                return content; // else the file was exchanged in between, and the version may be another one's
        }
    }

    private string Version()
    {
        try
        {
            return RegularFile.Sha256(Path)[..ModelContent.VersionLength];
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the checkpoint cannot be read", Path);
        }
    }
}

/// <summary>A model as it was read.</summary>
/// <param name="Version">The first digits of its file's SHA-256.</param>
/// <param name="Known">How the network describes the training pictures; null where that is not known.</param>
internal sealed record ModelContent(TrainedModel Model, string Version, TrainingFeatures? Known)
{
    public const int VersionLength = 12;

    public static ModelContent Of(TrainedModel model)
    {
        using var bytes = new MemoryStream();
        model.Save(bytes);
        return new ModelContent(model, Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)))[..VersionLength], null);
    }
}

/// <summary>
/// A model that is ready to answer: its network, compiled for batches of a few sizes on one device. It does not change. One caller at a time computes with it;
/// what it says about itself everybody may ask.
/// </summary>
internal sealed class ServedModel : IDisposable
{
    private static readonly int[] Sizes = [1, 4, 16];

    private readonly Device _device;
    private readonly List<Predictor> _predictors = [];
    private readonly TrainingFeatures? _known;
    private readonly Lazy<ClassSaliency?> _saliency;

    /// <exception cref="WeftException">The model takes more memory than may be used, or does not compute what its file says.</exception>
    public ServedModel(ModelContent content, PredictionPoolOptions options)
    {
        (Model, Version, _known) = content;
        _device = Device.Cpu(options.Threads ?? Environment.ProcessorCount);
        _saliency = new Lazy<ClassSaliency?>(() => ClassSaliency.Create(Model, _device, batchSize: 1));
        try
        {
            foreach (var size in Sizes.Where(size => size < options.MaxBatch).Append(options.MaxBatch))
                _predictors.Add(new Predictor(Model, _device, size));
            RequireSameBits(options.MaxBatch);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TrainedModel Model { get; }

    public string Version { get; }

    /// <summary>What a distance of <see cref="Unlikeness"/> is held against.</summary>
    public double? UnlikeThreshold => _known?.Threshold;

    /// <summary>Computes with the smallest compiled network that takes them all, or the largest several times.</summary>
    public PoolAnswer Predict(IReadOnlyList<byte[]> images)
    {
        var predictions = For(images.Count).Predict(images);
        return new PoolAnswer(this, predictions, _known?.Look(_device, predictions));
    }

    /// <summary>Where it looked for the class that it gave each picture; null where it has no map.</summary>
    public IReadOnlyList<float[]>? Explain(IReadOnlyList<byte[]> images, IReadOnlyList<ImagePrediction> predictions) =>
        _saliency.Value is { } saliency ? [.. predictions.Select((prediction, i) => saliency.Scaled(images[i], prediction.Class))] : null;

    public void Dispose()
    {
        foreach (var predictor in _predictors)
            predictor.Dispose();
        if (_saliency.IsValueCreated)
            _saliency.Value?.Dispose();
        _device.Dispose();
    }

    private Predictor For(int count) => _predictors.Find(predictor => predictor.Capacity >= count) ?? _predictors[^1];

    // It warms up each network, and shows that a picture's bits depend on none of them.
    private void RequireSameBits(int count)
    {
        byte[][] images = [.. Enumerable.Range(0, count).Select(Pattern)];
        ImagePrediction[] alone = [.. images.Select(image => _predictors[0].Predict([image])[0])];
        foreach (var predictor in _predictors)
        {
            var together = predictor.Predict(images[..predictor.Capacity]);
            for (var i = 0; i < together.Count; i++)
            {
                if (!together[i].Probabilities.SequenceEqual(alone[i].Probabilities))
                    throw new WeftException(ErrorKind.Bug, $"a picture gives other bits in a batch of {predictor.Capacity} than alone");
            }
        }
    }

    private byte[] Pattern(int number)
    {
        var image = new byte[Model.Shape.Length];
        for (var i = 0; i < image.Length; i++)
            image[i] = (byte)((i * (7 + number) + number * 13) % 256);
        return image;
    }
}
