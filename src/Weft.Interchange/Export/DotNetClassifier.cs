using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A generated classifier, compiled by the .NET SDK and run as a program of its own.</summary>
internal sealed class DotNetClassifier : IClassifierRuntime
{
    private const string Program = "dotnet";

    private readonly string _folder;
    private readonly string _library;
    private readonly int _classes;
    private readonly CancellationToken _cancellationToken;

    private DotNetClassifier(string folder, string library, int classes, CancellationToken cancellationToken) =>
        (_folder, _library, _classes, _cancellationToken) = (folder, library, classes, cancellationToken);

    public string Name => "the generated source by .NET";

    /// <summary>Compiles it in a folder of its own; null where there is no SDK.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.Bug"/>: it does not compile.</exception>
    public static DotNetClassifier? Create(CSharpProject project, int classes, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("weft-csharp-").FullName;
        var compiled = false;
        try
        {
            project.WriteTo(folder, asProject: true);
            // No process may stay that keeps the pipes open.
            string[] build = ["build", "-c", "Release", "-v", "quiet", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-o", "out"];
            var listed = ExternalProgram.Run(Program, ["--list-sdks"], folder, cancellationToken);
            if (listed is not { ExitCode: 0 } || listed.Output.Trim().Length == 0)
                return null;
            var built = ExternalProgram.Run(Program, build, folder, cancellationToken)!;
            compiled = built.ExitCode == 0 ? true : throw new WeftException(ErrorKind.Bug, "the generated source does not compile")
            {
                Where = project.Name + ".cs", Found = built.Output.Trim().Split('\n')[0], Safe = "no file was left",
            };
            return new DotNetClassifier(folder, Path.Combine("out", project.Name + ".Program.dll"), classes, cancellationToken);
        }
        finally
        {
            if (!compiled)
                Directory.Delete(folder, recursive: true);
        }
    }

    public void Run(ReadOnlySpan<byte> images, int count, Span<float> logits, Span<float> probabilities)
    {
        OutputFile.Write(Path.Combine(_folder, "in"), images.ToArray(), "the images cannot be written", new Advice("make room for temporary files"));
        var result = ExternalProgram.Run(Program, [_library, "in", "out.floats"], _folder, _cancellationToken)!;
        var bytes = result.ExitCode == 0 ? RegularFile.ReadOwn(Path.Combine(_folder, "out.floats"), (long)count * _classes * 2 * sizeof(float)) : [];
        var values = MemoryMarshal.Cast<byte, float>(bytes);
        if (values.Length != count * _classes * 2)
        {
            throw new WeftException(ErrorKind.Bug, "the generated source does not run")
            {
                Where = _library, Found = result.Output.Trim().Split('\n')[0], Safe = "no file was left",
            };
        }

        for (var i = 0; i < count; i++)
        {
            values.Slice(2 * i * _classes, _classes).CopyTo(logits[(i * _classes)..]);
            values.Slice((2 * i + 1) * _classes, _classes).CopyTo(probabilities[(i * _classes)..]);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
