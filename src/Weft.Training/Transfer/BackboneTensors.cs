using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Weft.Training;

/// <summary>The tensors of a network in front of its classifier, and what the classifier is called.</summary>
internal sealed record BackboneTensors(IReadOnlyDictionary<string, ImmutableArray<int>> Shapes, string Classifier)
{
    private const int Shown = 3;

    // Names and shapes are the same at any input; this one is large enough for every network of the catalog.
    private static readonly FeatureShape AnyInput = new(64, 64, 3);

    // A file from elsewhere is compared with every network of the catalog.
    private static readonly ConcurrentDictionary<string, BackboneTensors> Known = new();

    private static readonly CompileOptions NoWeights = new() { BatchSize = 1, Training = false, DrawWeights = false };

    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the network does not end in a fully connected layer.</exception>
    public static BackboneTensors Of(NetworkDescription description)
    {
        var cut = NetworkCut.BeforeLogits(description) ?? throw new WeftException(ErrorKind.CheckpointMismatch, $"{description.Name} takes no weights")
        {
            Expected = "a network that ends in a fully connected layer", Safe = "nothing was touched",
        };
        using var device = Device.Cpu(1);
        using var front = Network.Compile(cut.Front, device, NoWeights);
        using var back = Network.Compile(cut.Back, device, NoWeights);
        return new(front.State.ToImmutableDictionary(tensor => tensor.Name, tensor => tensor.Shape), back.State[0].Name[..back.State[0].Name.LastIndexOf('.')]);
    }

    /// <summary>The tensors of a network of the catalog for pictures of three channels.</summary>
    public static BackboneTensors Of(string network) =>
        Known.GetOrAdd(network, name => Of(ModelCatalog.Describe(name, new ModelOptions { Input = AnyInput })));

    /// <summary>The network of the catalog that exactly these tensors belong to, or null.</summary>
    public static string? NetworkOf(IEnumerable<NamedTensor> tensors) =>
        ModelCatalog.Models.FirstOrDefault(model => Of(model.Name).Misfits(tensors).Count == 0)?.Name;

    /// <summary>What is extra, missing or of another shape, as "layer4.2.conv1.weight is extra".</summary>
    public IReadOnlyList<string> Misfits(IEnumerable<NamedTensor> tensors)
    {
        var given = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);
        return
        [
            .. given.Keys.Where(name => !Shapes.ContainsKey(name)).Order(StringComparer.Ordinal).Select(name => $"{name} is extra"),
            .. Shapes.Keys.Where(name => !given.ContainsKey(name)).Order(StringComparer.Ordinal).Select(name => $"{name} is missing"),
            .. Shapes.Where(tensor => given.TryGetValue(tensor.Key, out var shape) && !shape.SequenceEqual(tensor.Value))
                .OrderBy(tensor => tensor.Key, StringComparer.Ordinal)
                .Select(tensor => $"{tensor.Key} is [{string.Join(", ", given[tensor.Key])}], not [{string.Join(", ", tensor.Value)}]"),
        ];
    }

    /// <summary>The first misfits and how many more there are.</summary>
    public static string Summary(IReadOnlyList<string> misfits) =>
        string.Join("; ", misfits.Take(Shown)) + (misfits.Count > Shown ? $"; and {misfits.Count - Shown} more" : "");
}
