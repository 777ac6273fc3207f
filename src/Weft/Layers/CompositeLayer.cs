namespace Weft;

/// <summary>A layer of your own that is made of layers that exist: it is computed as they are, and its parameters are theirs, under its name.</summary>
public abstract record CompositeLayer : Layer
{
    /// <summary>What this layer stands for over an input of the given shape. Its name does not count.</summary>
    protected internal abstract Layer Build(FeatureShape input);

    internal sealed override GraphValue AddTo(NetworkGraph graph, GraphValue input, string path) => graph.Add(Build(input.Shape), input, path);
}
