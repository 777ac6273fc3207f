using System.Security.Cryptography;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A form in which a trained model leaves: what becomes of it, and how that is compared with what it was.</summary>
/// <param name="Name">As <c>--format</c> has it.</param>
/// <param name="Extension">The ending of the file; empty for a folder.</param>
/// <param name="Choices">The options that only some formats know and this one does, by their names on the command line.</param>
internal abstract record ExportFormat(string Name, string Extension, params IReadOnlyList<string> Choices)
{
    public static IReadOnlyList<ExportFormat> All { get; } = [new SafetensorsExport(), new OnnxExport(), new CSharpExport(), new HubExport()];

    /// <summary>Writes the file or the folder, whole or not at all.</summary>
    /// <exception cref="WeftException">It cannot be written, or it computes something else than the model.</exception>
    public abstract ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken);
}

/// <summary>What a person may choose of an export.</summary>
internal sealed record ExportOptions
{
    /// <value>What was written is compared on so many images at most. Default: 1,000.</value>
    public int Images { get; init; } = 1000;

    /// <value>Worker threads. Default: all cores.</value>
    public int? Threads { get; init; }

    /// <value>How an ONNX file is written.</value>
    public OnnxOptions Onnx { get; init; } = new();

    /// <value>Whether generated source comes in a project that runs. Default: false.</value>
    public bool Project { get; init; }

    /// <value>Whether generated source holds weights of 16 bits. Default: false.</value>
    public bool Half { get; init; }

    /// <value>Where the person says that ONNX Runtime's library is. Default: nowhere.</value>
    public string? OnnxRuntime { get; init; }

    /// <value>Where the user's packages lie, one of which may hold it. Default: nowhere.</value>
    public string? PackageFolder { get; init; }

    internal int Workers => Threads ?? Environment.ProcessorCount;
}

/// <summary>A model that left as a file or a folder.</summary>
/// <param name="File">The file, or the folder.</param>
/// <param name="Bytes">The size of all files together.</param>
/// <param name="Sha256">The hash of the file with the weights.</param>
internal sealed record ExportedModel(string File, long Bytes, string Sha256, ParityReport Parity)
{
    public static ExportedModel Of(string file, ReadOnlySpan<byte> content, ParityReport parity) =>
        new(file, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), parity);
}
