namespace Weft.Training;

/// <param name="Class">Number of the most probable class.</param>
public sealed record ImagePrediction(int Class, string Name, IReadOnlyList<float> Probabilities)
{
    public float Probability => Probabilities[Class];
}

/// <summary>
/// A model ready to classify images as its evaluation does: the network with its own preprocessing, views and class names. One caller at a time.
/// </summary>
public sealed class Predictor : IDisposable
{
    /// <summary>So many images go through the network at once.</summary>
    public const int BatchSize = 64;

    private readonly TrainedModel _model;
    private readonly Device _device;
    private readonly Network _network;
    private readonly ImageWarp _warp;
    private readonly float[] _input;

    /// <param name="threads">Default: all cores.</param>
    /// <param name="augmentation">The views of each image. Default: those of the model.</param>
    /// <exception cref="WeftException">The model takes more memory than may be used, or its weights do not fit its network.</exception>
    public Predictor(TrainedModel model, int? threads = null, TestTimeAugmentation? augmentation = null)
    {
        _model = model;
        Augmentation = augmentation ?? model.Views;
        _device = Device.Cpu(threads ?? Environment.ProcessorCount);
        var options = new CompileOptions { BatchSize = BatchSize, Training = false };
        model.RequireMemory(_device, options);
        _network = model.Compile(_device, options);
        _warp = new ImageWarp(Shape, model.Statistics);
        _input = new float[BatchSize * Shape.Length];
    }

    /// <summary>The views each prediction is the mean over.</summary>
    public TestTimeAugmentation Augmentation { get; set; }

    /// <summary>What an image must be.</summary>
    public FeatureShape Shape => _model.Shape;

    public IReadOnlyList<string> Classes => _model.Classes;

    /// <param name="images">Each [height, width, channels] of <see cref="Shape"/>, bytes as in the data set.</param>
    /// <exception cref="ArgumentException">An image has another size.</exception>
    public IReadOnlyList<ImagePrediction> Predict(IReadOnlyList<byte[]> images)
    {
        var predictions = new List<ImagePrediction>(images.Count);
        var views = Augmentation.Views(Shape).ToArray();
        for (var first = 0; first < images.Count; first += BatchSize)
        {
            var count = Math.Min(BatchSize, images.Count - first);
            var probabilities = new float[count * _network.ClassCount];
            foreach (var view in views)
            {
                for (var i = 0; i < count; i++)
                    Render(images[first + i], view, _input.AsSpan(i * Shape.Length, Shape.Length));
                Evaluator.AddView(_network, _input.AsSpan(0, count * Shape.Length), count, probabilities);
            }

            if (views.Length > 1)
                Evaluator.Average(probabilities, views.Length);
            for (var i = 0; i < count; i++)
            {
                var row = probabilities[(i * _network.ClassCount)..((i + 1) * _network.ClassCount)];
                var best = SoftmaxCrossEntropy.ArgMax(row);
                predictions.Add(best < 0 ? throw new WeftException(ErrorKind.Diverged, "the network computes NaN")
                {
                    Where = $"image {first + i}",
                    Safe = "nothing was changed"
                } : new ImagePrediction(best, Classes[best], row));
            }
        }

        return predictions;
    }

    public void Dispose()
    {
        _network.Dispose();
        _device.Dispose();
    }

    private void Render(byte[] image, AffineMap view, Span<float> input)
    {
        if (image.Length != input.Length)
            throw new ArgumentException($"An image of {Shape} has {input.Length} bytes but received {image.Length}. PictureFit.To gives it the right size.");
        _warp.Apply(image, view, input);
    }
}
