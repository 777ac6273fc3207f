namespace Weft.Interchange;

/// <summary>How a file's graph makes the network's input of bytes.</summary>
internal enum OnnxPreprocessing
{
    /// <summary>Looks each byte up in the engine's own table: the same bits.</summary>
    Table,

    /// <summary>Divides and subtracts, for runtimes that have no <c>Gather</c>: the last digit may differ.</summary>
    Arithmetic,
}

/// <summary>What an ONNX file is written with.</summary>
internal sealed record OnnxOptions
{
    /// <summary>Whether batch norms become part of the convolutions and linear layers before them, for small runtimes.</summary>
    /// <value>Default: false; they stay, and the weights keep their names and bits.</value>
    public bool Fold { get; init; }

    /// <value>Default: <see cref="OnnxPreprocessing.Table"/>.</value>
    public OnnxPreprocessing Preprocessing { get; init; }
}
