using Weft.Training;

namespace Weft.Interchange;

/// <summary>Makes layers within layers of the steps of a graph.</summary>
internal sealed class OnnxStructure(ImportedStep input, Func<ImportedStep, string, WeftException> refused)
{
    private readonly HashSet<ImportedStep> _used = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly List<NamedTensor> _weights = [];
    private int _nesting;

    public IReadOnlyList<NamedTensor> Weights => _weights;

    /// <exception cref="WeftException">The steps hang together in a way that no layers do.</exception>
    public Sequential Build(ImportedStep output) => new([.. Between(input, output, "")]);

    // The layers on the way from one value to another, under names within a layer's path.
    private List<Layer> Between(ImportedStep from, ImportedStep to, string parent)
    {
        var steps = new List<ImportedStep>();
        for (var step = to; step != from; step = step.Fork!)
        {
            if (step.Fork is null)
            {
                throw refused(step, step.Kind == StepKind.Input ? "takes the images in another way than the layers before it"
                    : "does not come from the images alone");
            }

            steps.Add(step);
        }

        steps.Reverse();
        return [.. steps.Select(step => ToLayer(step, parent))];
    }

    private Layer ToLayer(ImportedStep step, string parent)
    {
        if (!_used.Add(step))
            throw refused(step, "has its value used in two places that do not meet again");
        if (++_nesting > 30)
            throw refused(step, "lies within too many branches");
        var (name, path) = Named(step, parent);
        Layer layer = step.Kind switch
        {
            StepKind.Layer => step.Layer!,
            StepKind.Add => Residual(step, path),
            StepKind.Concat => new Concat([.. step.Inputs.Select(branch => Branch(step.Fork!, branch, path))]),
            StepKind.Gate => new ChannelGate(step.Fork == step.Input ? Branch(step.Input, step.Inputs[1], path)
                : throw refused(step, "multiplies a map by what is not made of it")),
            _ => throw refused(step, "is not followed by what makes a layer of it"),
        };
        _nesting--;
        _weights.AddRange(step.Tensors.Select(tensor => tensor.Renamed($"{path}.{tensor.Name}")));
        return layer with { Name = name };
    }

    private Residual Residual(ImportedStep step, string path)
    {
        var (first, second) = (step.Inputs[0], step.Inputs[1]);
        if (first == second)
            throw refused(step, "adds a value to itself");
        if (first == step.Fork)
            (first, second) = (second, first);
        var body = Branch(step.Fork!, first, path);
        return new Residual(body) { Shortcut = second == step.Fork ? null : Branch(step.Fork!, second, path) };
    }

    private Sequential Branch(ImportedStep from, ImportedStep to, string path) => new([.. Between(from, to, path)]) { Name = "" };

    // The name that the file gives it, less what the layers around it are called already.
    private (string Name, string Path) Named(ImportedStep step, string parent)
    {
        var wanted = step.Name ?? NameOf(step.Node!);
        var name = parent.Length > 0 && wanted.StartsWith(parent + ".", StringComparison.Ordinal) ? wanted[(parent.Length + 1)..] : wanted;
        var start = parent.Length > 0 ? parent + "." : "";
        for (var number = 2; !_paths.Add(start + name); number++)
            name = $"{wanted}_{number}";
        return (name, start + name);
    }

    // "/layer1/layer1.0/conv1/Conv" is PyTorch's way to say layer1.0.conv1.
    private static string NameOf(OnnxWire.Node node)
    {
        if (!node.Name.StartsWith('/'))
            return node.Name.Length > 0 ? node.Name : node.Output[0];
        var parts = node.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var path = "";
        foreach (var part in parts.Length > 1 ? parts[..^1] : parts)
            path = path.Length == 0 || part.StartsWith(path + ".", StringComparison.Ordinal) ? part : $"{path}.{part}";
        return path;
    }
}
