using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>ONNX Runtime's native library, where there is one on this machine: looked for, and never needed.</summary>
internal sealed class OnnxRuntimeLibrary
{
    private const string Package = "microsoft.ml.onnxruntime";

    private OnnxRuntimeLibrary(nint handle) => Handle = handle;

    public nint Handle { get; }

    /// <summary>Looks where the person says; else among the packages on this machine, the newest first; else where the system looks.</summary>
    /// <param name="place">The library's file, or its folder; null where nobody says.</param>
    /// <param name="packageFolder">Where packages lie; null for none.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: there is none where the person says.</exception>
    public static OnnxRuntimeLibrary? Find(string? place, string? packageFolder)
    {
        if (place is { Length: > 0 })
        {
            return Load(Directory.Exists(place) ? Path.Combine(place, FileName) : Path.GetFullPath(place))
                ?? throw new WeftException(ErrorKind.InvalidInput, "ONNX Runtime cannot be loaded from where it was said to be")
                {
                    Where = place, Expected = $"{FileName} of this kind of machine, or its folder", Safe = "nothing was written",
                    Next = new Advice("name the folder of the library, or leave WEFT_ONNXRUNTIME out"),
                };
        }

        var files = Versions(packageFolder).Select(folder => Path.Combine(folder, "runtimes", Platform, "native", FileName));
        return files.Append(FileName).Select(Load).FirstOrDefault(library => library is not null);
    }

    private static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private static string Platform => (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static IEnumerable<string> Versions(string? packageFolder) =>
        packageFolder is not null && Path.Combine(packageFolder, Package) is var folder && Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Where(version => Version.TryParse(Path.GetFileName(version), out _))
                .OrderByDescending(version => Version.Parse(Path.GetFileName(version)))
            : [];

    private static OnnxRuntimeLibrary? Load(string file) => NativeLibrary.TryLoad(file, out var handle) ? new OnnxRuntimeLibrary(handle) : null;
}
