namespace Weft;

/// <summary>output = body(input) + shortcut(input); without <see cref="Shortcut"/> the input itself is added.</summary>
public sealed record Residual(Layer Body) : Layer
{
    /// <value>Default: none (identity).</value>
    public Layer? Shortcut { get; init; }

    internal override GraphValue AddTo(NetworkGraph graph, GraphValue input, string path)
    {
        var body = graph.Add(Body, input, path, "body");
        var shortcut = Shortcut is { } layer ? graph.Add(layer, input, path, "shortcut") : input;
        if (body == shortcut)
            throw new NetworkException(this, path, "a body that does something", "none: it would add a value to itself");
        if (body.Shape != shortcut.Shape)
        {
            throw new NetworkException(
                this, path, "equal shapes to add", $"{body.Shape} from its body and {shortcut.Shape} from its shortcut",
                $"Give it a Shortcut that ends in {body.Shape}");
        }

        return graph.AddNode(this, path, body.Shape, body, shortcut);
    }
}
