namespace Weft.Training;

/// <param name="Class">Number of the most probable class.</param>
public sealed record ImagePrediction(int Class, string Name, IReadOnlyList<float> Probabilities)
{
    public float Probability => Probabilities[Class];

    /// <summary>What goes into the network's last layer, of the picture as it is; empty where the network does not end in a fully connected one.</summary>
    internal float[] Features { get; init; } = [];

    /// <summary>What the probabilities of the picture as it is are made of.</summary>
    internal float[] Logits { get; init; } = [];
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
    private readonly bool _ownsDevice;
    private readonly int _batchSize;
    private readonly Network _front;
    private readonly Network? _back;
    private readonly ImageWarp _warp;
    private readonly float[] _input;

    /// <param name="threads">Default: all cores.</param>
    /// <param name="augmentation">The views of each image. Default: those of the model.</param>
    /// <exception cref="WeftException">
    /// The model takes more memory than may be used, its weights do not fit its network, or it does not compute what it did when it was exported.
    /// </exception>
    public Predictor(TrainedModel model, int? threads = null, TestTimeAugmentation? augmentation = null)
        : this(model, Device.Cpu(threads ?? Environment.ProcessorCount), BatchSize, augmentation, ownsDevice: true)
    {
    }

    /// <summary>For another number of images at once, on a device that several share in turn. The bits do not depend on it.</summary>
    /// <inheritdoc cref="Predictor(TrainedModel, int?, TestTimeAugmentation?)"/>
    internal Predictor(TrainedModel model, Device device, int batchSize, TestTimeAugmentation? augmentation = null, bool ownsDevice = false)
    {
        (_model, _device, _ownsDevice, _batchSize) = (model, device, ownsDevice, batchSize);
        Augmentation = augmentation ?? model.Views;
        var options = new CompileOptions { BatchSize = batchSize, Training = false };
        model.RequireMemory(_device, options);
        var cut = NetworkCut.BeforeLogits(model.Description);
        _front = cut is null ? model.Compile(_device, options) : model.CompilePart(cut.Front, _device, options);
        _back = cut is null ? null : model.CompilePart(cut.Back, _device, options);
        _warp = new ImageWarp(Shape, model.Statistics);
        _input = new float[batchSize * Shape.Length];
        try
        {
            model.Metadata.Release?.Golden?.Require(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The views each prediction is the mean over.</summary>
    public TestTimeAugmentation Augmentation { get; set; }

    internal Device Device => _device;

    /// <summary>So many images go through this one at once.</summary>
    internal int Capacity => _batchSize;

    /// <summary>What an image must be.</summary>
    public FeatureShape Shape => _model.Shape;

    public IReadOnlyList<string> Classes => _model.Classes;

    /// <param name="images">Each [height, width, channels] of <see cref="Shape"/>, bytes as in the data set.</param>
    /// <exception cref="ArgumentException">An image has another size.</exception>
    public IReadOnlyList<ImagePrediction> Predict(IReadOnlyList<byte[]> images) => Predict(images, Augmentation);

    public void Dispose()
    {
        _front.Dispose();
        _back?.Dispose();
        if (_ownsDevice)
            _device.Dispose();
    }

    /// <summary>As <see cref="Predict(IReadOnlyList{byte[]})"/>, of each image as it is.</summary>
    internal IReadOnlyList<ImagePrediction> PredictPlain(IReadOnlyList<byte[]> images) => Predict(images, TestTimeAugmentation.None);

    private List<ImagePrediction> Predict(IReadOnlyList<byte[]> images, TestTimeAugmentation augmentation)
    {
        var predictions = new List<ImagePrediction>(images.Count);
        var views = augmentation.Views(Shape).ToArray();
        for (var first = 0; first < images.Count; first += _batchSize)
        {
            var count = Math.Min(_batchSize, images.Count - first);
            var probabilities = new float[count * Classes.Count];
            var features = new float[_back is null ? 0 : count * _front.ClassCount];
            var logits = new float[probabilities.Length];
            foreach (var (number, view) in views.Index())
            {
                for (var i = 0; i < count; i++)
                    Render(images[first + i], view, _input.AsSpan(i * Shape.Length, Shape.Length));
                var input = _input.AsSpan(0, count * Shape.Length);
                if (_back is not null)
                    _front.Forward(input, count);
                if (_back is not null && number == 0)
                    _front.Logits.CopyTo(features);
                Evaluator.AddView(_back ?? _front, _back is null ? input : _front.Logits, count, probabilities);
                if (number == 0)
                    (_back ?? _front).Logits.CopyTo(logits);
            }

            if (views.Length > 1)
                Evaluator.Average(probabilities, views.Length);
            for (var i = 0; i < count; i++)
            {
                var row = probabilities[(i * Classes.Count)..((i + 1) * Classes.Count)];
                var best = SoftmaxCrossEntropy.ArgMax(row);
                predictions.Add(best < 0 ? throw new WeftException(ErrorKind.Diverged, "the network computes NaN")
                {
                    Where = $"image {first + i}",
                    Safe = "nothing was changed"
                } : new ImagePrediction(best, Classes[best], row)
                {
                    Features = _back is null ? [] : features[(i * _front.ClassCount)..((i + 1) * _front.ClassCount)],
                    Logits = logits[(i * Classes.Count)..((i + 1) * Classes.Count)],
                });
            }
        }

        return predictions;
    }

    private void Render(byte[] image, AffineMap view, Span<float> input)
    {
        if (image.Length != input.Length)
            throw new ArgumentException($"An image of {Shape} has {input.Length} bytes but received {image.Length}. PictureFit.To gives it the right size.");
        _warp.Apply(image, view, input);
    }
}
