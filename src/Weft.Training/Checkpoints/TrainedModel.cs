namespace Weft.Training;

/// <summary>
/// A trained classifier: a network with its weights, how a picture becomes its input, and the names of its classes. It is whole in one <c>.safetensors</c>
/// file, needs no run folder and does not change, so several threads may use one.
/// </summary>
public sealed class TrainedModel
{
    private TestTimeAugmentation? _views;

    internal TrainedModel(ModelMetadata metadata, IReadOnlyList<NamedTensor> weights) => (Metadata, Weights) = (metadata, weights);

    /// <summary>Everything that its file says next to the weights.</summary>
    public ModelMetadata Metadata { get; }

    public NetworkDescription Description => Metadata.Description;

    /// <summary>How bytes become the network's input.</summary>
    public Preprocessing Preprocessing => Metadata.Preprocessing;

    /// <summary>The names of the classes, in the order of the logits.</summary>
    public IReadOnlyList<string> Classes => Metadata.Classes;

    /// <summary>How picture files become the network's input; null for a model that was not trained on pictures.</summary>
    public PictureOptions? Pictures => PictureOptions.Of(Metadata.Configuration);

    /// <summary>What an image must be.</summary>
    public FeatureShape Shape => Description.Input;

    /// <summary>Under the names and in the layout of PyTorch's <c>state_dict</c>.</summary>
    public IReadOnlyList<NamedTensor> Weights { get; }

    /// <summary>The views of an image that a prediction is the mean over, unless the caller asks for others.</summary>
    /// <exception cref="WeftException">The file names impossible views.</exception>
    public TestTimeAugmentation Views => _views ?? RunViews.Of(Metadata) ?? TestTimeAugmentation.None;

    /// <summary>The length of the file that it was read from, whose bytes may still be in memory; 0 where there was none.</summary>
    internal long FileBytes { get; init; }

    /// <summary>How pictures become what the model takes. Classes of one letter or digit each are writing.</summary>
    internal PictureInput PictureInput => new(Pictures, Shape) { IsWriting = Classes.All(name => name.Length == 1) };

    internal DatasetStatistics Statistics => new(Preprocessing.Mean, Preprocessing.StandardDeviation);

    /// <summary>Opens a checkpoint of a run, or a file that <see cref="Save(string)"/> wrote.</summary>
    /// <exception cref="WeftException">The file is missing, damaged, written by a newer version, or larger than the memory that may be used.</exception>
    public static TrainedModel Load(string path) => CheckpointFile.ReadModel(path);

    /// <summary>As <see cref="Load(string)"/>, from the stream's place to its end.</summary>
    /// <param name="name">Names the source in errors.</param>
    /// <inheritdoc cref="Load(string)"/>
    public static TrainedModel Load(Stream stream, string name = "the stream")
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return CheckpointFile.ParseModel(memory.ToArray(), name);
    }

    /// <summary>Writes the model without what training needs besides: optimizer state and position. The same model gives the same bytes.</summary>
    /// <exception cref="WeftException">The file cannot be written; what was there before is intact.</exception>
    public void Save(string path) => OutputFile.Write(path, CheckpointFile.ToBytes(this), "the model cannot be written", new Advice("save it elsewhere"));

    /// <summary>Writes the same bytes as <see cref="Save(string)"/> to a stream.</summary>
    /// <exception cref="IOException">The stream cannot be written to.</exception>
    public void Save(Stream stream) => stream.Write(CheckpointFile.ToBytes(this).Span);

    /// <summary>The network with its weights, ready to run on a device.</summary>
    /// <exception cref="WeftException">A weight is missing, left over or of another shape.</exception>
    public Network Compile(Device device, CompileOptions options) =>
        Filled(Network.Compile(Description, device, options with { DrawWeights = false }), Weights);

    /// <summary>Refuses to classify where the network, and what it was read from, do not fit into memory.</summary>
    /// <param name="samples">Bytes that are held of a data set; 0 where pictures come one by one.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.OutOfMemory"/>.</exception>
    internal void RequireMemory(Device device, CompileOptions options, long samples = 0) => MemoryNeed.OfProgram
        .With("the data set", samples).With("the network", Network.MeasureMemory(Description, device, options).Bytes)
        .With("the checkpoint", FileBytes + Weights.Sum(tensor => (long)tensor.Values.Length) * sizeof(float)).WithBatches(options.BatchSize, Shape)
        .RequireWithin(MemoryLimit.Current());

    /// <summary>A part of the network, as <see cref="NetworkCut"/> gives it, with its weights.</summary>
    internal Network CompilePart(NetworkDescription part, Device device, CompileOptions options)
    {
        var network = Network.Compile(part, device, options with { DrawWeights = false });
        var names = network.State.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        return Filled(network, [.. Weights.Where(tensor => names.Contains(tensor.Name))]);
    }

    /// <summary>Samples in batches, preprocessed as the model was trained.</summary>
    internal EvaluationLoader LoaderOf(ImageSamples samples, IReadOnlyList<int> indices, int batchSize) => new(samples, indices, Statistics, batchSize);

    /// <summary>The same model, whose views are known from elsewhere.</summary>
    internal TrainedModel With(TestTimeAugmentation views) => new(Metadata, Weights) { FileBytes = FileBytes, _views = views };

    /// <summary>The same model, on its way out of its run.</summary>
    internal TrainedModel With(ModelRelease release) => new(Metadata with { Release = release }, Weights) { FileBytes = FileBytes, _views = _views };

    private static Network Filled(Network network, IReadOnlyList<NamedTensor> weights)
    {
        try
        {
            StateTensors.Fill(network.State, weights, "weights");
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
