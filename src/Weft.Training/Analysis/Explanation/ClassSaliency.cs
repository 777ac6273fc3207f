namespace Weft.Training;

/// <summary>
/// Grad-CAM: where a network looked for a class. With A the last feature map that has places and y the class's logit,
/// weight[k] = mean over the places of ∂y/∂A[k], and the map is max(0, Σ(k) weight[k] · A[k]).
/// </summary>
/// <remarks>Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2017.</remarks>
public sealed class ClassSaliency : IDisposable
{
    private const int UsualBatchSize = 32;

    private readonly TrainedModel _model;
    private readonly int _batchSize;
    private readonly Network _front;
    private readonly Network _back;

    private ClassSaliency(TrainedModel model, NetworkCut cut, Device device, int batchSize)
    {
        Shape = cut.Value;
        (_model, _batchSize) = (model, batchSize);
        _front = model.CompilePart(cut.Front, device, new CompileOptions { BatchSize = batchSize, Training = false });
        _back = model.CompilePart(cut.Back, device, new CompileOptions { BatchSize = batchSize, InputGradient = true });
    }

    /// <summary>The shape of the last feature map, and so of every saliency map.</summary>
    public FeatureShape Shape { get; }

    /// <summary>Null where the network has no feature map that its logits follow from without further statistics.</summary>
    public static ClassSaliency? Create(TrainedModel model, Device device) => Create(model, device, UsualBatchSize);

    internal static ClassSaliency? Create(TrainedModel model, Device device, int batchSize) =>
        NetworkCut.AfterLastFeatureMap(model.Description) is { } cut ? new ClassSaliency(model, cut, device, batchSize) : null;

    /// <summary>A map [height, width] for each pair of a sample and a class.</summary>
    public float[][] Of(ImageSamples samples, IReadOnlyList<(int Sample, int Class)> wanted)
    {
        if (wanted.Count == 0)
            return [];
        var maps = new float[wanted.Count][];
        var loader = _model.LoaderOf(samples, [.. wanted.Select(pair => pair.Sample)], _batchSize);
        var first = 0;
        for (var i = 0; i < loader.BatchCount; i++)
        {
            var batch = loader.Load(i);
            _front.Forward(batch.Images, batch.Count);
            _back.ForwardTraining(_front.Logits, batch.Count, 0);
            _back.LogitsGradient.Clear();
            for (var n = 0; n < batch.Count; n++)
                _back.LogitsGradient[n * _back.ClassCount + wanted[first + n].Class] = 1;
            _back.Backward();
            for (var n = 0; n < batch.Count; n++)
                maps[first + n] = Map(_front.Logits.Slice(n * Shape.Length, Shape.Length), _back.InputGradient.Slice(n * Shape.Length, Shape.Length));
            first += batch.Count;
        }

        return maps;
    }

    /// <summary>Bilinear between the centres of the places (as PyTorch's <c>interpolate(mode="bilinear")</c>), so that a map lies over its image.</summary>
    public static float[] Enlarge(ReadOnlySpan<float> map, int height, int width, int newHeight, int newWidth)
    {
        var enlarged = new float[newHeight * newWidth];
        for (var y = 0; y < newHeight; y++)
        {
            var (top, bottom, down) = Between(y, height, newHeight);
            for (var x = 0; x < newWidth; x++)
            {
                var (left, right, across) = Between(x, width, newWidth);
                var upper = map[top * width + left] * (1 - across) + map[top * width + right] * across;
                var lower = map[bottom * width + left] * (1 - across) + map[bottom * width + right] * across;
                enlarged[y * newWidth + x] = (float)(upper * (1 - down) + lower * down);
            }
        }

        return enlarged;
    }

    /// <summary>
    /// The map of one image as large as that, 0…1 of its own maximum: where a class is certain its gradients are faint everywhere, and on one scale nothing
    /// would be seen of it.
    /// </summary>
    internal float[] Scaled(byte[] image, int wanted)
    {
        var input = _model.Shape;
        return Scaled(Enlarge(Of(new ImageSamples(input, image, new int[1], ""), [(0, wanted)])[0], Shape.Height, Shape.Width, input.Height, input.Width));
    }

    /// <summary>A map in parts of its maximum.</summary>
    internal static float[] Scaled(float[] map) => map.Max() is var largest and > 0 ? [.. map.Select(value => value / largest)] : map;

    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    private static (int Low, int High, double Part) Between(int place, int count, int newCount)
    {
        var position = Math.Max(0, (place + 0.5) * count / newCount - 0.5);
        var low = Math.Min((int)position, count - 1);
        return (low, Math.Min(low + 1, count - 1), position - low);
    }

    private float[] Map(ReadOnlySpan<float> values, ReadOnlySpan<float> gradient)
    {
        var channels = Shape.Channels;
        var weights = new double[channels];
        for (var i = 0; i < gradient.Length; i++)
            weights[i % channels] += gradient[i] / (double)Shape.Pixels;
        var map = new float[Shape.Pixels];
        for (var place = 0; place < map.Length; place++)
        {
            var sum = 0.0;
            for (var c = 0; c < channels; c++)
                sum += weights[c] * values[place * channels + c];
            map[place] = (float)Math.Max(0, sum);
        }

        return map;
    }
}
