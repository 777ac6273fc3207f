namespace Weft.Training;

/// <param name="Class">Number of the most probable class.</param>
public sealed record ImagePrediction(int Class, string Name, IReadOnlyList<float> Probabilities)
{
    public float Probability => Probabilities[Class];
}

/// <summary>A checkpoint ready to classify images: the network with its own preprocessing and class names. One caller at a time.</summary>
public sealed class Predictor : IDisposable
{
    private const int BatchSize = 64;

    private readonly Checkpoint _checkpoint;
    private readonly CpuDevice _device;
    private readonly Network _network;
    private readonly float[] _table;

    /// <param name="threads">Default: all cores.</param>
    /// <exception cref="WeftException">Exit 22: the checkpoint is damaged; 33: written by a newer version.</exception>
    public Predictor(CheckpointReference checkpoint, int? threads = null)
    {
        _checkpoint = checkpoint.Read();
        var preprocessing = _checkpoint.Card.Preprocessing;
        _table = new DatasetStatistics(preprocessing.Mean, preprocessing.StandardDeviation).CreateTable();
        _device = new CpuDevice(threads ?? Environment.ProcessorCount);
        var options = new CompileOptions { BatchSize = BatchSize, Training = false };
        MemoryNeed.OfInference(_checkpoint, _device, options, samples: 0).RequireWithin(MemoryLimit.Current());
        _network = Network.Compile(_checkpoint.Card.Description, _device, options);
        _checkpoint.ApplyTo(_network);
    }

    /// <summary>What an image must be.</summary>
    public FeatureShape Shape => _network.Description.Input;

    public IReadOnlyList<string> Classes => _checkpoint.Card.Classes;

    /// <param name="images">Each [height, width, channels] of <see cref="Shape"/>, bytes as in the data set.</param>
    /// <exception cref="ArgumentException">An image has another size.</exception>
    public IReadOnlyList<ImagePrediction> Predict(IReadOnlyList<byte[]> images)
    {
        var predictions = new List<ImagePrediction>(images.Count);
        var input = new float[Math.Min(BatchSize, images.Count) * Shape.Length];
        for (var first = 0; first < images.Count; first += BatchSize)
        {
            var count = Math.Min(BatchSize, images.Count - first);
            for (var i = 0; i < count; i++)
                Normalize(images[first + i], input.AsSpan(i * Shape.Length, Shape.Length));
            _network.Forward(input.AsSpan(0, count * Shape.Length), count, Phase.Evaluation);
            var probabilities = new float[count * _network.ClassCount];
            SoftmaxCrossEntropy.Probabilities(_network.Logits, _network.ClassCount, probabilities);
            for (var i = 0; i < count; i++)
            {
                var row = probabilities[(i * _network.ClassCount)..((i + 1) * _network.ClassCount)];
                var best = SoftmaxCrossEntropy.ArgMax(row);
                predictions.Add(best < 0 ? throw new WeftException(ExitCode.Diverged, "the network computes NaN") { Where = $"image {first + i}", Safe = "nothing was changed" } : new ImagePrediction(best, Classes[best], row));
            }
        }

        return predictions;
    }

    public void Dispose()
    {
        _network.Dispose();
        _device.Dispose();
    }

    private void Normalize(byte[] image, Span<float> input)
    {
        if (image.Length != input.Length)
            throw new ArgumentException($"An image of {Shape} has {input.Length} bytes but received {image.Length}. PictureFit.To gives it the right size.");
        for (var i = 0; i < image.Length; i++)
            input[i] = _table[i % Shape.Channels * 256 + image[i]];
    }
}
